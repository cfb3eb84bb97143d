import type { EmitReason, EnrichedAlert, ValueStats } from '../../schemas/alert.ts';
import type { OccurrenceId } from '../../schemas/brand.ts';
import { hash128 } from '../../schemas/identity.ts';
import type { LateAlert, Values } from '../../schemas/reduced.ts';
import { unstamped } from '../events.ts';
import type { Occurrence } from './summarize.ts';

/** What is said about an occurrence, besides what it is. */
export interface Saying {
  readonly reason: EmitReason;
  /** Numbers the tellings of one occurrence id. */
  readonly revision: number;
  /** merged: the id that is no occurrence any more. */
  readonly goneAs?: OccurrenceId;
}

/**
 * The alert that tells of an occurrence; equal knowledge and saying give equal alerts. Written without spreads: on Node
 * 20 each property that follows one costs more than a microsecond (docs/performance.md).
 */
export function alertOf(occurrence: Occurrence, { reason, revision, goneAs }: Saying): EnrichedAlert {
  const { id, fingerprint, period, text, values } = occurrence;
  const isFinal = reason === 'final' || reason === 'timed-out';
  const isOver = reason !== 'first' && (period.isResolved || reason === 'timed-out');
  const spoken = goneAs ?? id;
  const { tenant, source, name, severity, labels, annotations, generatorUrl } = text.head;
  return {
    tenant,
    source,
    name,
    severity,
    labels,
    annotations,
    generatorUrl,
    status: isOver ? 'resolved' : 'firing',
    startsAt: occurrence.isNamed ? period.start : null,
    endsAt: isOver || isFinal ? period.end : null,
    observedAt: text.at,
    value: values?.last ?? null,
    id: hash128([spoken, reason, String(revision)]),
    sourceId: text.sourceId,
    fingerprint,
    fingerprintRule: text.fingerprintRule,
    contentHash: text.contentHash,
    occurrence: spoken,
    mergedInto: goneAs === undefined ? null : id,
    firstSeen: occurrence.first,
    lastSeen: occurrence.last,
    count: occurrence.count,
    isLate: false,
    isFinal,
    valueStats: statsOf(values),
    emitReason: reason,
    incident: null,
    score: null,
    owner: '',
    service: '',
    runbookUrl: '',
    suppression: null,
    origin: unstamped,
  };
}

/** A late alert stands alone, as an occurrence of its own. */
export function lateAlertOf(late: LateAlert): EnrichedAlert {
  const { fingerprint, shard, place, at, value } = late;
  // A name like that of any occurrence, made from the alert's place since it has no period of ours.
  const occurrence = hash128([fingerprint, 'late', `${shard}/${place.offset}/${place.n}`]) as OccurrenceId;
  const { tenant, source, name, severity, labels, annotations, generatorUrl } = late.head;
  return {
    tenant,
    source,
    name,
    severity,
    labels,
    annotations,
    generatorUrl,
    status: late.status,
    startsAt: late.startsAt,
    endsAt: late.endsAt,
    observedAt: at,
    value,
    id: hash128([occurrence, 'late', '1']),
    sourceId: late.sourceId,
    fingerprint,
    fingerprintRule: late.fingerprintRule,
    contentHash: late.contentHash,
    occurrence,
    mergedInto: null,
    firstSeen: at,
    lastSeen: at,
    count: 1,
    isLate: true,
    isFinal: true,
    valueStats: value === null ? null : { last: value, min: value, max: value, mean: value },
    emitReason: 'late',
    incident: null,
    score: null,
    owner: '',
    service: '',
    runbookUrl: '',
    suppression: null,
    origin: unstamped,
  };
}

function statsOf(values: Values | null): ValueStats | null {
  if (values === null) return null;
  const { last, min, max, sum, count } = values;
  return { last, min, max, mean: sum / count };
}
