import type { Clock } from '../time/index.ts';
import { assign } from './assign.ts';
import type { Delivery } from './delivery.ts';
import { GroupOffsets } from './group-offsets.ts';
import type { PartitionLog } from './partition-log.ts';

/** A consumer as its group sees it. None of these rejects: a member that cannot go on leaves by itself. */
export interface Member {
  /** The logs of the topics it subscribed to. */
  readonly subscribed: readonly PartitionLog[];
  /** Finishes batches in flight and gives up what it has. */
  letGo(): Promise<void>;
  take(logs: readonly PartitionLog[], epoch: number): Promise<void>;
  /** It did not let go in time and is no longer a member. */
  presumeDead(): void;
  stop(): Promise<void>;
}

export interface GroupOptions {
  readonly clock: Clock;
  readonly delivery: Delivery;
  readonly sessionTimeoutMs: number;
}

/**
 * A consumer group: its members, its offsets and the eager rebalance. Every change of membership runs one more round:
 *
 *   all members let go of everything ──▶ generation + 1 ──▶ all members take their new share
 *
 * so no partition ever has two owners, except for members presumed dead, whose commits are refused.
 */
export class Group {
  readonly offsets = new GroupOffsets();
  readonly #options: GroupOptions;
  /** Shares by member, in the order of joining. */
  readonly #shares = new Map<Member, readonly PartitionLog[]>();
  #generation = 0;
  #isStale = false;
  #rounds: Promise<void> | null = null;

  constructor(options: GroupOptions) {
    this.#options = options;
  }

  get isEmpty(): boolean {
    return this.#shares.size === 0;
  }

  /** Resolves when the member has been told to take its first share. */
  join(member: Member): Promise<void> {
    this.#shares.set(member, []);
    return this.#rebalance();
  }

  leave(member: Member): void {
    if (this.#shares.delete(member) && this.#shares.size > 0) void this.#rebalance();
  }

  /** Puts a member out as if its heartbeats had stopped. */
  expel(member: Member): void {
    if (!this.#shares.has(member)) return;
    this.leave(member);
    member.presumeDead();
  }

  /** Whether the member may commit under the generation it knows. */
  isCurrent(member: Member, epoch: number): boolean {
    return this.#shares.has(member) && epoch === this.#generation;
  }

  async stopAll(): Promise<void> {
    await Promise.all(Array.from(this.#shares.keys(), (member) => member.stop()));
  }

  #rebalance(): Promise<void> {
    this.#isStale = true;
    this.#rounds ??= this.#options.delivery.during(this.#runRounds());
    return this.#rounds;
  }

  async #runRounds(): Promise<void> {
    // Members that come or go in the same tick share one round.
    await Promise.resolve();
    while (this.#isStale) {
      await Promise.all(Array.from(this.#shares.keys(), (member) => this.#letGoInTime(member)));
      this.#isStale = false;
      this.#generation += 1;
      this.#share();
      // Not awaited: a member that is slow to take its share must not keep the next round from presuming it dead.
      const takes = Array.from(this.#shares, ([member, logs]) => member.take(logs, this.#generation));
      void this.#options.delivery.during(Promise.all(takes));
    }
    this.#rounds = null;
  }

  #share(): void {
    const claims = Array.from(this.#shares, ([member, previous]) => ({
      member,
      eligible: member.subscribed,
      previous,
    }));
    const logs = [...new Set(claims.flatMap(({ eligible }) => eligible))].sort(
      (a, b) => compare(a.topic.name, b.topic.name) || a.partition - b.partition,
    );
    for (const [member, share] of assign(claims, logs)) this.#shares.set(member, share);
  }

  async #letGoInTime(member: Member): Promise<void> {
    const { clock, sessionTimeoutMs } = this.#options;
    let takeBack = (): void => {};
    const timeout = new Promise<void>((resolve) => {
      takeBack = clock.schedule(clock.now() + sessionTimeoutMs, () => {
        this.expel(member);
        resolve();
      });
    });
    await Promise.race([member.letGo(), timeout]);
    takeBack();
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
