import type { Kinded } from '../../operators/operator.ts';
import type { Batch, LogRecord, TopicPartition } from '../broker/index.ts';
import type { Shard } from '../shard/index.ts';
import { sleep } from '../time/index.ts';
import { DeadLetterBrake } from './dead-letter-brake.ts';
import type { Outbox } from './outbox.ts';
import { isPassing } from './passing.ts';
import type { Portions } from './portions.ts';
import type { ShardSurroundings } from './ports.ts';
import type { ShardAssignment } from './shard-assignment.ts';
import type { ShardKeeper } from './shard-keeper.ts';
import { shedUntil } from './shed.ts';

export interface IntakeOptions<Event extends Kinded> {
  readonly assignment: ShardAssignment<Event>;
  readonly place: TopicPartition;
  readonly shard: Shard<Event>;
  readonly outbox: Outbox;
  readonly keeper: ShardKeeper<Event>;
  readonly portions: Portions;
  readonly around: ShardSurroundings;
  readonly isReleased: () => boolean;
}

/** How long a shard waits before it looks again for a schema that nobody could tell it. */
const prepareAgainMs = 1_000;

/** What goes into a shard: the records of a batch one by one, or none for now, or past it. */
export class ShardIntake<Event extends Kinded> {
  readonly #options: IntakeOptions<Event>;
  readonly #brake: DeadLetterBrake;
  #isHeldBack = false;
  #isBraked = false;
  #shedRecords = 0;

  constructor(options: IntakeOptions<Event>) {
    const { maxDeadLetterShare = 1, deadLetterWindow = 1_000 } = options.around.settings;
    this.#options = options;
    this.#brake = new DeadLetterBrake(maxDeadLetterShare, deadLetterWindow);
  }

  /** Stopped, since too many of its records are dead letters. */
  get isBraked(): boolean {
    return this.#isBraked;
  }

  /** Records that were put aside unseen. */
  get shedRecords(): number {
    return this.#shedRecords;
  }

  /** Whether the batch can be stepped now; one that cannot is given back and handed over again later. */
  async admits(batch: Batch, position: number): Promise<boolean> {
    if (this.#isHeldBack) return false;
    const { fullUntil } = this.#options.keeper;
    if (fullUntil !== null) {
      this.#options.around.onTrouble('shard-full', `${this.#name}: from offset ${position} on`);
      this.#holdBack(position, fullUntil);
      return false;
    }
    if (!(await this.#isPrepared(batch, position))) return false;
    return !(await this.#waitsToShed(batch, position));
  }

  /** Steps the records at `position` and above. Returns the next position; null when the shard was let go of meanwhile. */
  async step({ records }: Batch, position: number): Promise<number | null> {
    const { shard, around, assignment, portions } = this.#options;
    const { onStepped } = around;
    const startedAt = onStepped === undefined ? 0 : performance.now();
    const pausedBefore = portions.pausedMs;
    const letters = shard.outcomes['dead-lettered'];
    let inOneGo = 0;
    for (const record of records) {
      // Records below the position were stepped before; a batch may be older than the seek that put us here.
      if (record.offset < position) continue;
      if (inOneGo === portions.recordsAtOnce) {
        inOneGo = 0;
        if (!(await portions.turn())) return null;
      }
      inOneGo += 1;
      if (!this.#stepOne(record) && !(await portions.finish())) return null;
    }
    const pausedMs = portions.pausedMs - pausedBefore;
    onStepped?.(assignment.graph.name, records.length, performance.now() - startedAt - pausedMs);
    const share = this.#brake.note(records.length, shard.outcomes['dead-lettered'] - letters);
    const next = Math.max(position, (records.at(-1)?.offset ?? -1) + 1);
    if (share !== null) this.#stop(share, next);
    return next;
  }

  /** Returns false when the shard has not finished the record. */
  #stepOne(record: LogRecord): boolean {
    const { shard, outbox, portions } = this.#options;
    if (record.offset >= shard.shedUntil) return shard.step(record, portions.timersAtOnce);
    outbox.shed(record);
    this.#shedRecords += 1;
    return true;
  }

  async #isPrepared(batch: Batch, position: number): Promise<boolean> {
    const { assignment, around } = this.#options;
    try {
      await assignment.prepare(batch);
      return true;
    } catch (error) {
      if (!isPassing(error)) throw error;
      around.onTrouble('shard-waits', `${this.#name}: ${String(error)}`);
      this.#holdBack(position, sleep(around.ports.clock, prepareAgainMs));
      return false;
    }
  }

  /**
   * Only facts can be shed: what RELATE decides depends on all that stands before it. That a range is shed is stored before
   * its first record is: whoever comes after, after a crash or in order, sheds exactly the rest of it. While that is stored
   * the shard takes nothing, and nobody waits: the store may be away, and a batch in flight keeps the group and the beats.
   *
   * Behind the wait the mark is stored, or the checkpoint has failed and with it this instance, which has shed nothing. Who
   * takes the shard meanwhile finds the mark, and sheds this range, or does not, and looks for itself.
   */
  async #waitsToShed(batch: Batch, position: number): Promise<boolean> {
    const { assignment, shard, keeper, around } = this.#options;
    const { overload = 'block', shedLagRecords = Number.POSITIVE_INFINITY } = around.settings;
    if (position < shard.shedUntil || assignment.graph.states !== 'facts') return false;
    const until = shedUntil(batch, { overload, shedLagRecords });
    if (until === null || until <= position) return false;
    // A checkpoint that is under way was taken without the mark: the range is chosen anew when it is stored.
    if (!keeper.isStoring) {
      shard.shedUntil = until;
      await keeper.storeSoon(position);
      around.onTrouble('shedding', `${this.#name}: offsets ${position} to ${until}`);
    }
    this.#holdBack(position, keeper.whenStored());
    return true;
  }

  /** What came of the batch so far is still sent and stored; then nothing more is taken until somebody has looked. */
  #stop(share: number, position: number): void {
    this.#isBraked = true;
    const percent = Math.round(share * 100);
    const detail = `${this.#name}: ${percent} % of the last records before offset ${position}`;
    this.#options.around.onTrouble('dead-letters-stopped', detail);
    this.#holdBack(position, new Promise(() => {}));
  }

  /** Gives what comes back and takes none until the promise resolves. The group is not kept waiting for it. */
  #holdBack(position: number, until: Promise<void>): void {
    const { assignment, place, isReleased } = this.#options;
    this.#isHeldBack = true;
    assignment.consumer.pause([place]);
    assignment.consumer.seek(place, position);
    void until.then(() => {
      this.#isHeldBack = false;
      if (!isReleased()) assignment.consumer.resume([place]);
    });
  }

  get #name(): string {
    const { topic, partition } = this.#options.place;
    return `${topic}/${partition}`;
  }
}
