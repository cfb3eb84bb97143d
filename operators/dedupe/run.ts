import type { Ending, Head, Status } from '../../schemas/alert.ts';
import type { PackedSubject } from '../../schemas/avro/index.ts';
import type { EventTimeMs, Fingerprint } from '../../schemas/brand.ts';
import type { Place } from '../../schemas/place.ts';
import type { Subject } from '../../schemas/reduced.ts';
import type { Identified, IdentifiedHead, KnownHead } from '../events.ts';
import type { CellTimes } from './config.ts';
import { addFresh, type Counts, count, noItems, type OpenCounts } from './fresh.ts';
import { keepId, type NewestId, noId, textOfId } from './newest-id.ts';
import { type NumberLists, noNumbers } from './number-lists.ts';

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
  readonly sourceId: string;
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

/** In memory it has its subject unpacked, and the id as it came. */
export interface Run extends StoredRun, OpenCounts, NewestId {
  /** That of its cell: small, as a time is not, which is an object of its own elsewhere in memory. */
  cellNumber: number;
  readonly fingerprint: Fingerprint;
  fingerprintRule: string;
  readonly domain: string;
  contentHash: string;
  readonly watched: string;
  readonly ending: Ending;
  readonly droppedBy: string;
  /** Of the newest observation. What it is besides is not kept: an alert with this head is of the same identity. */
  head: Head & Pick<KnownHead, 'run'>;
  /** Whether it has the newest alert of its fingerprint's live runs. */
  isLatest: boolean;
  /** Null until it is in an index. */
  kin: Kin | null;
  /** The table's epoch when it was last set. */
  markedIn: number;
}

/** The live runs of one fingerprint in a shard. */
export interface Kin {
  /** That with the newest alert: nearly always where the next one belongs. */
  latest: Run;
  readonly runs: Run[];
  /** By what tells runs apart; made when there are too many to look at each. */
  byKey: Map<string, Run> | null;
}

/** A run as it was stored, or kept under another configuration, in memory and nobody's latest. */
export function liveRun(stored: StoredRun, { windowMs }: CellTimes, lists: NumberLists): Run {
  const cellNumber = stored.cell / windowMs;
  if (!(stored instanceof LiveRun)) {
    const run = new LiveRun(stored, stored.subject.unpack(), { cellNumber, lists });
    for (const number of stored.fresh) lists.push(run, number);
    return run;
  }
  stored.cellNumber = cellNumber;
  stored.isLatest = false;
  stored.markedIn = -1;
  return stored;
}

/** What a repeat asks for and changes stands first, so that it lies together. */
class LiveRun implements Run {
  isLatest = false;
  cellNumber: number;
  readonly status: Status;
  readonly startsAt: EventTimeMs | null;
  readonly ending: Ending;
  readonly droppedBy: string;
  markedIn = -1;
  vOffset: number;
  vN: number;
  count: number;
  emittedCount: number;
  firstIn: number;
  lastIn: number;
  head: Run['head'];
  listAt = noNumbers.listAt;
  listRoom = noNumbers.listRoom;
  listLength = noNumbers.listLength;
  readonly lists: NumberLists;
  idLength = noId.idLength;
  idRoom = noId.idRoom;
  idFrom = noId.idFrom;
  idBytes = noId.idBytes;
  idText: string;
  readonly resolvedAt: EventTimeMs | null;
  kin: Kin | null = null;
  readonly rowKey: string;
  readonly shard: number;
  readonly id: Place;
  readonly fingerprint: Fingerprint;
  fingerprintRule: string;
  readonly domain: string;
  contentHash: string;
  readonly watched: string;
  subject: PackedSubject;
  readonly cell: EventTimeMs;
  readonly cellMs: number;
  segments: StoredRun['segments'];
  gridMs: number;
  minutes: StoredRun['minutes'];

  constructor(stored: StoredRun, subject: Subject, { cellNumber, lists }: InCell) {
    this.cellNumber = cellNumber;
    this.lists = lists;
    this.status = stored.status;
    this.startsAt = stored.startsAt;
    this.ending = subject.ending;
    this.droppedBy = subject.droppedBy;
    this.vOffset = stored.vOffset;
    this.vN = stored.vN;
    this.count = stored.count;
    this.emittedCount = stored.emittedCount;
    this.firstIn = inPlace(stored.firstIn);
    this.lastIn = inPlace(stored.lastIn);
    this.head = subject.head;
    this.idText = stored.sourceId;
    this.resolvedAt = stored.resolvedAt;
    this.rowKey = stored.rowKey;
    this.shard = stored.shard;
    this.id = stored.id;
    this.fingerprint = subject.fingerprint;
    this.fingerprintRule = subject.fingerprintRule;
    this.domain = subject.domain;
    this.contentHash = subject.contentHash;
    this.watched = subject.watched;
    this.subject = stored.subject;
    this.cell = stored.cell;
    this.cellMs = stored.cellMs;
    this.segments = stored.segments;
    this.gridMs = stored.gridMs;
    this.minutes = stored.minutes;
  }

  get sourceId(): string {
    return textOfId(this);
  }

  get fresh(): number[] {
    return this.lists.numbers(this);
  }
}

/** What a run has from its cell. */
interface InCell {
  readonly cellNumber: number;
  /** Of all runs that began in it, which end with it. */
  readonly lists: NumberLists;
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
    // What a run holds equal of heads is equal in one that was counted in it; the rest of it lies elsewhere.
    (head.run === run || isSameKind(run, head))
  );
}

function isSameKind(run: Run, { identity, ending }: IdentifiedHead): boolean {
  const { watched, domain, droppedBy } = identity;
  return (
    run.watched === watched && run.domain === domain && run.droppedBy === droppedBy && run.ending === ending
  );
}

/** A run without observations: `observe` adds the first. */
export function newRun(
  event: Identified,
  { cell, cellNumber, startsAt, endsAt, t }: Sighted,
  { cellMs, lists }: { readonly cellMs: number; readonly lists: NumberLists },
): Run {
  const { shard, place, head, tail } = event;
  const { identity, ending } = head;
  const { fingerprint, fingerprintRule, domain, contentHash, watched, droppedBy, subject } = identity;
  const stored: StoredRun = {
    rowKey: `${place.offset}/${place.n}`,
    shard,
    id: place,
    vOffset: place.offset,
    vN: place.n,
    subject,
    sourceId: '',
    status: tail.status,
    cell,
    cellMs,
    startsAt,
    resolvedAt: tail.status === 'resolved' ? endsAt : null,
    firstIn: t - cell,
    // Whatever comes is newer.
    lastIn: -1,
    count: 0,
    emittedCount: 0,
    segments: noItems,
    gridMs: 1,
    minutes: noItems,
    fresh: noItems,
  };
  const all = { fingerprint, fingerprintRule, domain, contentHash, watched, droppedBy, ending, head };
  return new LiveRun(stored, all, { cellNumber, lists });
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
  // Not by its identity: that lies elsewhere, and V8 looks into objects that it compares.
  const isSame = run.head === head && head.run === run;
  if (distance === run.lastIn) {
    const isOlder = !isSame && head.identity.contentHash < run.contentHash;
    const isEqual = isSame || head.identity.contentHash === run.contentHash;
    if (isOlder || (isEqual && tail.id < run.sourceId)) return;
  }
  keepId(run, tail);
  if (isSame) return;
  const { subject, contentHash, fingerprintRule } = head.identity;
  run.head = head;
  run.subject = subject;
  run.contentHash = contentHash;
  run.fingerprintRule = fingerprintRule;
}
