import { type Severity, severities } from '../../schemas/alert.ts';
import type { EventTimeMs, Fingerprint, IncidentId } from '../../schemas/brand.ts';
import {
  type IncidentState,
  type IncidentType,
  incidentStates,
  incidentTypes,
} from '../../schemas/incident.ts';
import { table } from '../table.ts';

/** What an alert can be related by. Fixed when it becomes a member: later tellings do not move it. */
export interface Traits {
  readonly tenant: string;
  readonly fingerprint: Fingerprint;
  /** Name for the reader; may be '' and may be a mere host. */
  readonly service: string;
  /** Whether the service counts as evidence; false where a label says the same. */
  readonly isNode: boolean;
  /** Whether it is severe enough to have to do with alerts of other services. */
  readonly isFarReaching: boolean;
  /** `name=value` of the labels that count as evidence, sorted. */
  readonly labels: readonly string[];
  /** Masked message: its words, sorted, joined by spaces. */
  readonly template: string;
}

/** One occurrence in one incident; keyed by occurrence id, kept as long as its incident. */
export interface MemberRow extends Traits {
  readonly incident: IncidentId;
  /** Generation of the incident in which it last fired. */
  readonly generation: number;
  readonly name: string;
  readonly severity: Severity;
  readonly startedAt: EventTimeMs;
  /** Start of the run of repeats that this occurrence belongs to: what fires again and again is news only once. */
  readonly newsAt: EventTimeMs;
  /** null while it fires. */
  readonly endedAt: EventTimeMs | null;
  /** Thousandths, so that a row stays small and a sum is exact; 1000 for the member that opened the incident. */
  readonly confidence: number;
  /** Thousandths per feature, in the order of `features`; empty for the opener. */
  readonly evidence: readonly number[];
}

/** An incident; keyed by id, kept `reopenWithinMs` beyond its end. */
export interface IncidentRow {
  readonly tenant: string;
  readonly generation: number;
  readonly revision: number;
  readonly state: IncidentState;
  /** The worst that a member had in this generation. */
  readonly severity: Severity;
  /** As last published; an incident whose only member moved away keeps its title. */
  readonly title: string;
  /** Fingerprint of the probable cause as last published, or ''. */
  readonly cause: Fingerprint | '';
  /** Start of the first generation: what the age cap counts from. */
  readonly openedAt: EventTimeMs;
  /** Start of this generation. */
  readonly startedAt: EventTimeMs;
  readonly endedAt: EventTimeMs | null;
  /** Shard time at which nothing was firing any more; null while something is. */
  readonly quietSince: EventTimeMs | null;
  readonly types: readonly IncidentType[];
  /** Id of the acknowledgement in force, or ''. */
  readonly acknowledgement: string;
}

/** The same row, for its maker to change. Flat, as docs/performance.md says. */
export function copyOf(row: IncidentRow): { -readonly [K in keyof IncidentRow]: IncidentRow[K] } {
  return {
    tenant: row.tenant,
    generation: row.generation,
    revision: row.revision,
    state: row.state,
    severity: row.severity,
    title: row.title,
    cause: row.cause,
    openedAt: row.openedAt,
    startedAt: row.startedAt,
    endedAt: row.endedAt,
    quietSince: row.quietSince,
    types: row.types,
    acknowledgement: row.acknowledgement,
  };
}

/** In which of the last 32 windows something was in alert: the base rate of one service, label value or message. */
export interface ValueRow {
  /** Number of the newest window (event time / windowMs). */
  readonly slot: number;
  /** Bit i set: in alert in window `slot - i`. Unsigned 32 bits. */
  readonly busy: number;
}

const nullableTime = ['null', 'long'];

export const tables = {
  members: table<MemberRow>({
    type: 'record',
    name: 'CorrelateMember',
    fields: [
      { name: 'tenant', type: 'string' },
      { name: 'fingerprint', type: 'string' },
      { name: 'service', type: 'string' },
      { name: 'isNode', type: 'boolean' },
      { name: 'isFarReaching', type: 'boolean' },
      { name: 'labels', type: { type: 'array', items: 'string' } },
      { name: 'template', type: 'string' },
      { name: 'incident', type: 'string' },
      { name: 'generation', type: 'int' },
      { name: 'name', type: 'string' },
      { name: 'severity', type: { type: 'enum', name: 'CorrelateMemberSeverity', symbols: [...severities] } },
      { name: 'startedAt', type: 'long' },
      { name: 'newsAt', type: 'long' },
      { name: 'endedAt', type: nullableTime },
      { name: 'confidence', type: 'int' },
      { name: 'evidence', type: { type: 'array', items: 'int' } },
    ],
  }),
  incidents: table<IncidentRow>({
    type: 'record',
    name: 'CorrelateIncident',
    fields: [
      { name: 'tenant', type: 'string' },
      { name: 'generation', type: 'int' },
      { name: 'revision', type: 'int' },
      { name: 'state', type: { type: 'enum', name: 'CorrelateState', symbols: [...incidentStates] } },
      { name: 'severity', type: { type: 'enum', name: 'CorrelateSeverity', symbols: [...severities] } },
      { name: 'title', type: 'string' },
      { name: 'cause', type: 'string' },
      { name: 'openedAt', type: 'long' },
      { name: 'startedAt', type: 'long' },
      { name: 'endedAt', type: nullableTime },
      { name: 'quietSince', type: nullableTime },
      {
        name: 'types',
        type: { type: 'array', items: { type: 'enum', name: 'CorrelateType', symbols: [...incidentTypes] } },
      },
      { name: 'acknowledgement', type: 'string' },
    ],
  }),
  values: table<ValueRow>({
    type: 'record',
    name: 'CorrelateValue',
    fields: [
      { name: 'slot', type: 'long' },
      { name: 'busy', type: 'long' },
    ],
  }),
};

export type CorrelateTables = typeof tables;
