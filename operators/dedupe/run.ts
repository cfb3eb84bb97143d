import type { Ending, Head, Status } from '../../schemas/alert.ts';
import type { PackedSubject } from '../../schemas/avro/index.ts';
import type { EventTimeMs } from '../../schemas/brand.ts';
import type { Place } from '../../schemas/place.ts';
import type { Identified, KnownHead } from '../events.ts';
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
  readonly subject: PackedSubject;
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

/** In memory it has what is asked of its subject beside it, and the id as it came. */
export interface Run extends Omit<StoredRun, 'subject'>, OpenCounts, NewestId {
  /** That of its cell: small, as a time is not, which is an object of its own elsewhere in memory. */
  cellNumber: number;
  readonly ending: Ending;
  readonly droppedBy: string;
  /** Of the newest observation. What it is besides is not kept: an alert with this head is of the same identity. */
  head: Head & Pick<KnownHead, 'run'>;
  /** That of the head; but for its text the same for all that was observed. */
  subject: PackedSubject;
  /** Whether it has the newest alert of its fingerprint's live runs. */
  isLatest: boolean;
  /** Those of its id, which would be one more object. */
  readonly offset: number;
  readonly n: number;
  /** Null for the only live run of its fingerprint, which nearly all are: it costs none of them anything. */
  kin: Kin | null;
  /** The table's epoch when it was last set. */
  markedIn: number;
  /** Where its row lies in the table, from when it is set or restored on. */
  slot: number;
}

/** The live runs of one fingerprint in a shard, where there are several. */
export interface Kin {
  readonly runs: Run[];
  /** By what tells runs apart; made when there are too many to look at each. */
  byKey: Map<string, Run> | null;
}

/** What the runs of a cell share. */
export interface SharedInCell {
  /** When the cell begins. In each run it would be an object of its own, as times are. */
  readonly start: EventTimeMs;
  /** What waits in the runs. */
  readonly lists: NumberLists;
}

/** A run as it was stored, or kept under another configuration, in memory and nobody's latest. */
export function liveRun(stored: StoredRun, { windowMs }: CellTimes, shared: SharedInCell): Run {
  const cellNumber = stored.cell / windowMs;
  if (!(stored instanceof LiveRun)) {
    const { head, ending } = stored.subject;
    const run = new LiveRun(stored, { head, ending, subject: stored.subject }, { cellNumber, shared });
    for (const number of stored.fresh) shared.lists.push(run, number);
    return run;
  }
  stored.cellNumber = cellNumber;
  stored.isLatest = false;
  stored.kin = null;
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
  readonly shared: SharedInCell;
  idLength = noId.idLength;
  idRoom = noId.idRoom;
  idFrom = noId.idFrom;
  idBytes = noId.idBytes;
  idText: string;
  readonly resolvedAt: EventTimeMs | null;
  kin: Kin | null = null;
  subject: PackedSubject;
  slot = -1;
  readonly rowKey: string;
  readonly shard: number;
  readonly offset: number;
  readonly n: number;
  readonly cellMs: number;
  segments: StoredRun['segments'];
  gridMs: number;
  minutes: StoredRun['minutes'];

  constructor(stored: Observed, { head, ending, subject }: Named, { cellNumber, shared }: InCell) {
    this.cellNumber = cellNumber;
    this.shared = shared;
    this.status = stored.status;
    this.startsAt = stored.startsAt;
    this.ending = ending;
    this.droppedBy = subject.droppedBy;
    this.vOffset = stored.vOffset;
    this.vN = stored.vN;
    this.count = stored.count;
    this.emittedCount = stored.emittedCount;
    this.firstIn = inPlace(stored.firstIn);
    this.lastIn = inPlace(stored.lastIn);
    this.head = head;
    this.idText = stored.sourceId;
    this.resolvedAt = stored.resolvedAt;
    this.subject = subject;
    this.rowKey = stored.rowKey;
    this.shard = stored.shard;
    this.offset = stored.id.offset;
    this.n = stored.id.n;
    this.cellMs = stored.cellMs;
    this.segments = stored.segments;
    this.gridMs = stored.gridMs;
    this.minutes = stored.minutes;
  }

  get id(): Place {
    return { offset: this.offset, n: this.n };
  }

  get cell(): EventTimeMs {
    return this.shared.start;
  }

  get lists(): NumberLists {
    return this.shared.lists;
  }

  get sourceId(): string {
    return textOfId(this);
  }

  get fresh(): number[] {
    return this.lists.numbers(this);
  }
}

/** What a row says of a run besides its subject and its cell. */
type Observed = Omit<StoredRun, 'subject' | 'cell' | 'fresh'>;

type Named = Pick<Run, 'head' | 'ending' | 'subject'>;

/** What a run has from its cell. */
interface InCell {
  readonly cellNumber: number;
  readonly shared: SharedInCell;
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

/** A run without observations: `observe` adds the first. */
export function newRun(
  event: Identified,
  { cell, cellNumber, startsAt, endsAt, t }: Sighted,
  { cellMs, shared }: { readonly cellMs: number; readonly shared: SharedInCell },
): Run {
  const { shard, place, head, tail } = event;
  const { identity, ending } = head;
  const observed: Observed = {
    rowKey: `${place.offset}/${place.n}`,
    shard,
    id: place,
    vOffset: place.offset,
    vN: place.n,
    sourceId: '',
    status: tail.status,
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
  };
  return new LiveRun(observed, { head, ending, subject: identity }, { cellNumber, shared });
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
    // Once each: they are found in the bytes of a subject.
    const hash = isSame ? '' : head.identity.contentHash;
    const known = isSame ? '' : run.subject.contentHash;
    if (hash < known || (hash === known && tail.id < run.sourceId)) return;
  }
  keepId(run, tail);
  if (isSame) return;
  run.head = head;
  run.subject = head.identity;
}
