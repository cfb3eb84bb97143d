import type { TopicPartition } from '../../../pipeline/broker/index.ts';
import { type Held, shareOut } from '../../../pipeline/broker/kafka/sticky-assigner.ts';
import type { Random } from '../../../pipeline/demo/random.ts';
import type { Journal } from '../machine/journal.ts';
import type { Outcome } from '../machine/network.ts';
import type { SimProcess } from '../machine/sim-process.ts';
import type { Timeline } from '../machine/timeline.ts';
import { KafkaError } from './kafka-error.ts';
import { SimOffsets } from './sim-offsets.ts';

/** What a member is told of its group: that it rebalances, or that it knows the member no more. */
export type Notice = 'rebalance' | 'unknown';

export interface JoinRequest {
  /** Given out before the first join (KIP-394), so that a join whose answer is lost leaves no ghost behind. */
  readonly memberId: string;
  readonly topics: readonly string[];
  readonly held: Held;
  readonly process: SimProcess;
  /** A client hears of it with its next heartbeat. */
  readonly notice: (kind: Notice, generation: number) => void;
}

export interface Joined {
  readonly memberId: string;
  readonly generation: number;
  readonly places: readonly TopicPartition[];
}

interface Member extends JoinRequest {
  respond: ((outcome: Outcome<Joined>) => void) | null;
}

export interface GroupOptions {
  readonly timeline: Timeline;
  readonly random: Random;
  readonly journal: Journal;
  readonly number: number;
  readonly partitions: (topic: string) => number;
  readonly tell: (to: SimProcess, act: () => void) => void;
  readonly habits: {
    readonly sessionTimeoutMs: number;
    readonly rebalanceTimeoutMs: number;
    readonly heartbeatMs: number;
    readonly materializeMaxMs: number;
    readonly takeoverChance: number;
  };
}

/**
 * A group and its coordinator: eager rebalances, generations, sessions.
 *
 *   stable ──somebody joins, leaves, falls silent──▶ preparing ──all known members have joined, or time is up──▶ stable
 */
export class SimGroup {
  readonly name: string;
  readonly offsets: SimOffsets;
  readonly #options: GroupOptions;
  #members = new Map<string, Member>();
  /** Given out, and not joined with yet. Who was a member once is no member any more under the same id. */
  readonly #pending = new Set<string>();
  readonly #watched = new WeakSet<SimProcess>();
  #generation = 0;
  #ids = 0;
  #isPreparing = false;
  #takeBackTimer: () => void = () => {};

  constructor(name: string, options: GroupOptions) {
    this.name = name;
    this.#options = options;
    this.offsets = new SimOffsets({ ...options, name });
  }

  get number(): number {
    return this.#options.number;
  }

  get generation(): number {
    return this.#generation;
  }

  newMemberId({ name }: SimProcess): string {
    this.#ids += 1;
    const memberId = `${name}-${this.#ids}`;
    this.#pending.add(memberId);
    return memberId;
  }

  join(request: JoinRequest, respond: (outcome: Outcome<Joined>) => void): void {
    const isNew = this.#pending.delete(request.memberId);
    if (!isNew && !this.#members.has(request.memberId)) {
      respond({ error: new KafkaError('UNKNOWN_MEMBER_ID') });
      return;
    }
    this.#members.set(request.memberId, { ...request, respond });
    this.#watch(request.process);
    this.#prepare();
    this.#completeIfAllJoined();
  }

  leave(memberId: string): void {
    if (this.#members.delete(memberId)) this.#shrunk();
  }

  /** Throws what Kafka answers to a heartbeat, or to a commit, of this member. */
  check(memberId: string, generation: number, mayPrepare: boolean): void {
    if (!this.#members.has(memberId)) throw new KafkaError('UNKNOWN_MEMBER_ID', this.name);
    if (generation !== this.#generation) throw new KafkaError('ILLEGAL_GENERATION', this.name);
    if (this.#isPreparing && !mayPrepare) throw new KafkaError('REBALANCE_IN_PROGRESS', this.name);
  }

  /** Members of a process that is alive and reachable, for whoever wants to expel one. */
  membersOf(process: SimProcess): string[] {
    return [...this.#members.values()].filter((one) => one.process === process).map((one) => one.memberId);
  }

  /** Presumes a member dead. It hears of it later, if it lives. */
  expel(memberId: string): void {
    const member = this.#members.get(memberId);
    if (member === undefined) return;
    this.#members.delete(memberId);
    this.#options.journal.trace?.(`-- ${this.name} expels ${memberId}`);
    member.respond?.({ error: new KafkaError('UNKNOWN_MEMBER_ID', this.name) });
    this.#notify(member, 'unknown');
    this.#shrunk();
  }

  #shrunk(): void {
    if (this.#members.size === 0) {
      this.#takeBackTimer();
      this.#isPreparing = false;
      return;
    }
    this.#prepare();
    this.#completeIfAllJoined();
  }

  #prepare(): void {
    if (this.#isPreparing) return;
    this.#isPreparing = true;
    const { timeline, habits } = this.#options;
    for (const member of this.#members.values())
      if (member.respond === null) this.#notify(member, 'rebalance');
    this.#takeBackTimer = timeline.after(habits.rebalanceTimeoutMs, () => {
      // All at once: with the last of them gone the others have their answers, and must not be taken for silent ones.
      const silent = [...this.#members.values()].filter(({ respond }) => respond === null);
      for (const { memberId } of silent) this.expel(memberId);
    });
  }

  #notify(member: Member, kind: Notice): void {
    const { timeline, random, habits, tell } = this.#options;
    const generation = this.#generation;
    timeline.after(random.int(0, habits.heartbeatMs), () =>
      tell(member.process, () => member.notice(kind, generation)),
    );
  }

  #completeIfAllJoined(): void {
    const members = [...this.#members.values()];
    if (!this.#isPreparing || members.some(({ respond }) => respond === null)) return;
    this.#takeBackTimer();
    this.#isPreparing = false;
    if (members.length === 0) return;
    this.#generation += 1;
    // What the members are told is in the offsets' log as well; whoever takes over from here has not seen it replicated.
    const { random, habits } = this.#options;
    if (random.chance(habits.takeoverChance)) this.offsets.takenOver();
    const topics = [...new Set(members.flatMap((member) => member.topics))];
    const places = topics.flatMap((topic) =>
      Array.from({ length: this.#options.partitions(topic) }, (_, partition) => ({ topic, partition })),
    );
    const shares = shareOut(members, places);
    for (const member of members) {
      const { respond, memberId } = member;
      member.respond = null;
      respond?.({ value: { memberId, generation: this.#generation, places: shares.get(memberId) ?? [] } });
    }
    this.#options.journal.trace?.(
      `-- ${this.name} generation ${this.#generation}: ${Array.from(shares, ([who, share]) => `${who} ${share.map(({ partition }) => partition)}`).join(', ')}`,
    );
  }

  /** A process that falls silent for a session is out of the group, whatever it does afterwards. */
  #watch(process: SimProcess): void {
    // Its request may arrive when it is dead already.
    if (process.silentSince !== null) this.#expire(process);
    if (this.#watched.has(process)) return;
    this.#watched.add(process);
    process.onSilent(() => this.#expire(process));
  }

  #expire(process: SimProcess): void {
    const { timeline, habits } = this.#options;
    const since = timeline.now;
    timeline.after(habits.sessionTimeoutMs, () => {
      if (process.silentSince === null || process.silentSince > since) return;
      for (const memberId of this.membersOf(process)) this.expel(memberId);
    });
  }
}
