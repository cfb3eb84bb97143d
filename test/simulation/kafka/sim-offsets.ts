import type { CommittedOffset, OffsetCommit, TopicPartition } from '../../../pipeline/broker/index.ts';
import { laneOf } from '../../../pipeline/broker/kafka/acknowledged-send.ts';
import type { Random } from '../../../pipeline/demo/random.ts';
import type { Journal } from '../machine/journal.ts';
import type { Timeline } from '../machine/timeline.ts';

interface Appended extends OffsetCommit {
  /** Place in `__consumer_offsets`: of two commits for one partition the later append counts, whenever it is completed. */
  readonly turn: number;
}

interface Kept extends CommittedOffset {
  readonly turn: number;
}

/** A follower asks for what is new twice a second; one in trouble is waited for until it counts as out of sync. */
const longestUnsureMs = [500, 20_000] as const;

export interface OffsetsOptions {
  /** Of the group. */
  readonly name: string;
  readonly journal: Journal;
  readonly timeline: Timeline;
  readonly random: Random;
  readonly habits: { readonly materializeMaxMs: number };
}

/** What a group has committed, plainly and in transactions (GroupMetadataManager). */
export class SimOffsets {
  readonly #options: OffsetsOptions;
  readonly #shown = new Map<string, Kept>();
  /** As `shown`, without the delay: what will be shown in the end. */
  readonly #decided = new Map<string, Kept>();
  readonly #pending = new Map<object, Appended[]>();
  /** `shown` without the newest commit. */
  #earlier: ReadonlyMap<string, Kept> = new Map();
  /** What is shown instead while the coordinator is unsure; null when it is not. */
  #before: ReadonlyMap<string, Kept> | null = null;
  #turns = 0;
  #materializedAt = 0;

  constructor(options: OffsetsOptions) {
    this.#options = options;
  }

  commit(offsets: readonly OffsetCommit[]): void {
    for (const offset of offsets) {
      this.#options.journal.trace?.(
        `== ${this.#options.name} commits ${laneOf(offset)} ${offset.offset} ${offset.metadata}`,
      );
      const appended = { ...offset, turn: this.#turns++ };
      keep(this.#decided, appended);
      this.#show([appended]);
    }
  }

  /** Part of a transaction that is still open. */
  pend(transaction: object, offsets: readonly OffsetCommit[]): void {
    const pending = this.#pending.get(transaction) ?? [];
    this.#pending.set(transaction, pending);
    for (const offset of offsets) pending.push({ ...offset, turn: this.#turns++ });
  }

  /** The transaction is committed; its marker follows. */
  decide(transaction: object): void {
    for (const one of this.#pending.get(transaction) ?? []) keep(this.#decided, one);
  }

  /** The marker has come. One thread shows the offsets of one transaction after those of another, in this order (H11). */
  complete(transaction: object, isCommitted: boolean): void {
    const pending = this.#pending.get(transaction) ?? [];
    this.#pending.delete(transaction);
    if (!isCommitted || pending.length === 0) return;
    const { timeline, random, habits } = this.#options;
    this.#materializedAt = Math.max(
      this.#materializedAt,
      timeline.now + random.int(0, habits.materializeMaxMs),
    );
    timeline.at(this.#materializedAt, () => {
      this.#show(pending);
    });
  }

  #show(appended: readonly Appended[]): void {
    this.#before = null;
    this.#earlier = new Map(this.#shown);
    for (const one of appended) keep(this.#shown, one);
  }

  /** What OffsetFetch shows. */
  committed(place: TopicPartition): CommittedOffset | null {
    const lane = laneOf(place);
    const found = this.#before === null ? this.#shown.get(lane) : this.#before.get(lane);
    const { journal, name } = this.#options;
    if (found?.turn !== this.#decided.get(lane)?.turn)
      journal.fault('stale committed offset', () => `${name} ${lane}`);
    return found === undefined ? null : { offset: found.offset, metadata: found.metadata };
  }

  /**
   * Another broker has taken the group over, or the same one again. Until more is appended, or a follower has fetched, it
   * knows a lower high watermark than there was, and shows what lies below it: all, all but the newest, or nothing (H26).
   */
  takenOver(): void {
    const { timeline, random } = this.#options;
    this.#before = random.pick([null, this.#earlier, new Map()]);
    const before = this.#before;
    timeline.after(random.int(0, random.pick(longestUnsureMs)), () => {
      if (this.#before === before) this.#before = null;
    });
  }

  /** What is committed, whether it is shown yet or not; only the checks may know. */
  decided(place: TopicPartition): CommittedOffset | null {
    return this.#decided.get(laneOf(place)) ?? null;
  }
}

function keep(kept: Map<string, Kept>, { turn, offset, metadata, ...place }: Appended): void {
  const lane = laneOf(place);
  if ((kept.get(lane)?.turn ?? -1) < turn) kept.set(lane, { offset, metadata, turn });
}
