import type { Ending, Head, Status } from '../../schemas/alert.ts';
import type { PackedSubject } from '../../schemas/avro/index.ts';
import type { EventTimeMs, Fingerprint } from '../../schemas/brand.ts';
import type { Place } from '../../schemas/place.ts';
import type { Identified, IdentifiedHead, Identity, KnownHead } from '../events.ts';
import type { CellTimes } from './config.ts';
import { addFresh, type Counts, count } from './fresh.ts';

/**
 * A run: the observations of one fingerprint in one cell and shard that could be told apart by their times only. It is a
 * *set*: nothing in it but `id`, `vOffset`, `vN` and `emittedCount` depends on the order in which its alerts came. Its one owner is
 * combine, which adds to it in place and sets it again.
 */
export interface StoredRun extends Counts {
  /** Key of its row, kept so that a repeat builds no text. */
  readonly rowKey: string;
  readonly shard: number;
  readonly id: Place;
  /** The newest alert in it. Two numbers: a place of its own for each alert would be an object for the collector to keep. */
  vOffset: number;
  vN: number;
  /** That of the newest observation by time, as `sourceId` is its id. */
  subject: PackedSubject;
  sourceId: string;
  readonly status: Status;
  readonly startsAt: EventTimeMs | null;
  /** Named end of a resolved run, part of what makes it one run; null for firing ones. */
  readonly resolvedAt: EventTimeMs | null;
  /** Distance of the first and the last observation from the start of the cell: small numbers are no objects of their own. */
  firstIn: number;
  lastIn: number;
  count: number;
  /** `count` as of the newest version that was emitted; 0 before the first. */
  emittedCount: number;
}

/** In memory it has its subject unpacked, too. */
export interface Run extends StoredRun {
  /** That of its cell: small, as a time is not, which is an object of its own elsewhere in memory. */
  readonly cellNumber: number;
  readonly fingerprint: Fingerprint;
  fingerprintRule: string;
  readonly domain: string;
  contentHash: string;
  readonly watched: string;
  readonly ending: Ending;
  readonly droppedBy: string;
  head: Head & Pick<KnownHead, 'run'>;
  /** Identity of the newest observation; null in a restored run until the next one. */
  identity: Identity | null;
  /** Whether it has the newest alert of its fingerprint's live runs. */
  isLatest: boolean;
  /** The table's epoch when it was last set. */
  markedIn: number;
}

/** A run as it was stored, in memory again, under a configuration that may have other cells. */
export function liveRun(run: StoredRun, { windowMs }: CellTimes): Run {
  const cellNumber = run.cell / windowMs;
  return Object.assign(run, run.subject.unpack(), {
    cellNumber,
    identity: null,
    isLatest: false,
    markedIn: -1,
  });
}

/** Where an observation stands: its time and cell, and what of its period counts within them. */
export interface Sighted {
  readonly t: EventTimeMs;
  readonly cell: EventTimeMs;
  readonly cellNumber: number;
  readonly startsAt: EventTimeMs | null;
  /** resolved: its named end. firing: the end that a timeout source named. */
  readonly endsAt: EventTimeMs | null;
}

/** The name of a run among those of a shard; everything that a run holds equal for all its observations. */
export function runKey({ head, tail }: Identified, sighted: Sighted): string {
  const { identity } = head;
  const end = tail.status === 'resolved' ? sighted.endsAt : null;
  return [
    identity.fingerprint,
    sighted.cell,
    tail.status,
    identity.watched,
    sighted.startsAt,
    end,
    head.ending,
    identity.domain,
    identity.droppedBy,
  ].join('\u0000');
}

/** The same for a run that is known. */
export function keyOfRun(run: Run): string {
  const { fingerprint, cell, status, watched, startsAt, resolvedAt, ending, domain, droppedBy } = run;
  return [fingerprint, cell, status, watched, startsAt, resolvedAt, ending, domain, droppedBy].join('\u0000');
}

/** Whether an observation of the run's fingerprint belongs to it; the hot path, so it builds nothing. */
export function isOfRun(run: Run, { head, tail }: Identified, sighted: Sighted): boolean {
  return (
    run.cellNumber === sighted.cellNumber &&
    run.status === tail.status &&
    run.startsAt === sighted.startsAt &&
    (run.status === 'firing' || run.resolvedAt === sighted.endsAt) &&
    (run.identity === head.identity || isSameKind(run, head))
  );
}

function isSameKind(run: Run, { identity, ending }: IdentifiedHead): boolean {
  const { watched, domain, droppedBy } = identity;
  return (
    run.watched === watched && run.domain === domain && run.droppedBy === droppedBy && run.ending === ending
  );
}

/** What a repeat asks for stands first, so that it lies together. */
export function newRun(
  event: Identified,
  { cell, cellNumber, startsAt, endsAt, t }: Sighted,
  cellMs: number,
): Run {
  const { shard, place, head, tail } = event;
  const { identity } = head;
  const { fingerprint, fingerprintRule, contentHash, watched, domain, droppedBy, subject } = identity;
  const distance = inPlace(t - cell);
  return {
    cellNumber,
    isLatest: false,
    identity,
    status: tail.status,
    startsAt,
    resolvedAt: tail.status === 'resolved' ? endsAt : null,
    ending: head.ending,
    droppedBy,
    markedIn: -1,
    vOffset: place.offset,
    vN: place.n,
    count: 0,
    emittedCount: 0,
    firstIn: distance,
    lastIn: distance,
    sourceId: tail.id,
    fresh: [],
    rowKey: `${place.offset}/${place.n}`,
    shard,
    id: place,
    fingerprint,
    fingerprintRule,
    domain,
    head,
    contentHash,
    watched,
    subject,
    cell,
    cellMs,
    segments: [],
    gridMs: 1,
    minutes: [],
  };
}

/** Adds one observation, in place. */
export function observe(run: Run, event: Identified, { t, cell, endsAt }: Sighted): void {
  const { place, tail } = event;
  const distance = inPlace(t - cell);
  run.vOffset = place.offset;
  run.vN = place.n;
  run.count += 1;
  if (distance >= run.lastIn) noteText(run, event, distance);
  if (distance < run.firstIn) run.firstIn = distance;
  if (distance > run.lastIn) run.lastIn = distance;
  // The ends that a timeout source names are asked for at each of its observations.
  if (run.ending === 'timeout' && run.status === 'firing') count(run, { t, value: tail.value, endsAt });
  else addFresh(run, distance, tail.value);
}

/** The same number; a small one as V8 keeps it in the object that has it. What is reckoned with times is a double, and has its own place. */
function inPlace(distance: number): number {
  const small = distance | 0;
  return small === distance ? small : distance;
}

/** The text is that of the newest observation; of two at one time, that of the greater hash, then the greater id. */
function noteText(run: Run, { head, tail }: Identified, distance: number): void {
  const { identity } = head;
  const isSame = run.identity === identity;
  if (distance === run.lastIn) {
    const isOlder = !isSame && identity.contentHash < run.contentHash;
    const isEqual = isSame || identity.contentHash === run.contentHash;
    if (isOlder || (isEqual && tail.id < run.sourceId)) return;
  }
  run.sourceId = tail.id;
  if (isSame) return;
  run.identity = identity;
  run.head = head;
  run.subject = identity.subject;
  run.contentHash = identity.contentHash;
  run.fingerprintRule = identity.fingerprintRule;
}
