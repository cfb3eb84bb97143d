import type {
  LogRecord,
  ProduceRecord,
  TopicPartition,
  TopicSettings,
} from '../../../pipeline/broker/index.ts';
import type { PartitionLog } from '../../../pipeline/broker/partition-log.ts';
import { TopicCatalog } from '../../../pipeline/broker/topic-catalog.ts';
import type { Random } from '../../../pipeline/demo/random.ts';
import { hash32 } from '../../../schemas/identity.ts';
import type { Journal } from '../machine/journal.ts';
import type { Outcome, SimNode } from '../machine/network.ts';
import type { Timeline } from '../machine/timeline.ts';
import { Parked } from './parked.ts';
import { SimGroup } from './sim-group.ts';
import { SimTransactions } from './sim-transactions.ts';

/** How the servers behave; chances are per request. */
export interface ClusterHabits {
  /** Between the append at the leader, which stamps, and the moment when readers see it and the sender is answered. */
  readonly lagChance: number;
  readonly lagMaxMs: number;
  /** Between the end of a transaction and each of its markers. */
  readonly markerMaxMs: number;
  /** Between a group's marker and the moment when OffsetFetch shows the offsets (H11). */
  readonly materializeMaxMs: number;
  /** How often a group moves to another broker just after a rebalance (H26). */
  readonly takeoverChance: number;
  /** How often kafkajs passes over a partition of a send. */
  readonly passOverChance: number;
  readonly maxFetchRecords: number;
  readonly sessionTimeoutMs: number;
  readonly rebalanceTimeoutMs: number;
  readonly heartbeatMs: number;
}

export interface ClusterOptions {
  readonly timeline: Timeline;
  readonly random: Random;
  readonly journal: Journal;
  readonly habits: ClusterHabits;
  /** Members that come in one tick share a rebalance. */
  readonly tell: SimGroupTell;
}

export type SimGroupTell = ConstructorParameters<typeof SimGroup>[1]['tell'];

export interface FetchAnswer {
  readonly fetched: number;
  readonly next: number;
  readonly records: readonly LogRecord[];
  readonly highWatermark: number;
}

/**
 * Three brokers, as their clients see them: logs with stamps of their own clock, groups, transactions. Everything in here
 * happens at the moment when a request arrives; the network is elsewhere.
 */
export class SimCluster {
  readonly nodes: readonly [SimNode, SimNode, SimNode] = [node(0), node(1), node(2)];
  readonly transactions: SimTransactions;
  readonly options: ClusterOptions;
  /** How far the brokers' clock is off; it steps back within the slack (H17). */
  clockOffsetMs = 0;
  readonly #catalog = new TopicCatalog({ compactAfterRecords: 1_000_000 });
  readonly #stamped = new Set<string>();
  readonly #groups = new Map<string, SimGroup>();
  /** Appends under way, by partition: they come to pass in order. */
  readonly #replicating = new Map<PartitionLog, { count: number; until: number }>();

  constructor(options: ClusterOptions) {
    this.options = options;
    this.transactions = new SimTransactions(this);
  }

  ensureTopics(topics: readonly TopicSettings[]): void {
    for (const topic of topics) {
      if (topic.timestamps === 'LogAppendTime') this.#stamped.add(topic.name);
      // Stamped here, by a clock that may step back; the log would not let it.
      this.#catalog.ensure({ ...topic, timestamps: 'CreateTime' });
    }
  }

  logs(topic: string): readonly PartitionLog[] {
    return this.#catalog.logs(topic);
  }

  log(place: TopicPartition): PartitionLog {
    return this.#catalog.log(place);
  }

  leaderOf({ topic, partition }: TopicPartition): SimNode {
    return this.#node(hash32(topic) + partition);
  }

  coordinatorOf(name: string): SimNode {
    return this.#node(this.group(name).number);
  }

  group(name: string): SimGroup {
    let group = this.#groups.get(name);
    if (group === undefined) {
      group = new SimGroup(name, {
        ...this.options,
        number: this.#groups.size,
        partitions: (topic) => this.logs(topic).length,
      });
      this.#groups.set(name, group);
    }
    return group;
  }

  /** The groups of a broker that was away have been somewhere else. */
  cameBack(node: SimNode): void {
    for (const group of this.#groups.values())
      if (this.#node(group.number) === node) group.offsets.takenOver();
  }

  /** Appends at the leader; `done` when it is replicated. */
  append(
    log: PartitionLog,
    records: readonly ProduceRecord[],
    {
      transaction,
      done,
    }: { readonly transaction: object | null; readonly done: (baseOffset: number) => void },
  ): void {
    const { timeline } = this.options;
    const stamp = timeline.now + this.clockOffsetMs;
    const isStamped = this.#stamped.has(log.topic.name);
    this.replicated(log, () => {
      const baseOffset = log.high;
      for (const record of records) {
        const timestamp = isStamped ? stamp : (record.timestamp ?? stamp);
        log.append({ ...record, timestamp }, stamp, transaction);
      }
      log.announce(timeline.now);
      done(baseOffset);
    });
  }

  /** Calls `act` when the log has replicated what came before, and this. */
  replicated(log: PartitionLog, act: () => void): void {
    const { timeline, random, habits } = this.options;
    const lagMs = random.chance(habits.lagChance) ? random.int(1, habits.lagMaxMs) : 0;
    const busy = this.#replicating.get(log) ?? { count: 0, until: 0 };
    if (lagMs === 0 && busy.count === 0) {
      act();
      return;
    }
    busy.count += 1;
    busy.until = Math.max(busy.until, timeline.now + lagMs);
    this.#replicating.set(log, busy);
    timeline.at(busy.until, () => {
      busy.count -= 1;
      act();
    });
  }

  /** Responds when there is something behind `from`, or when the parked request is to leave. */
  fetch(
    place: TopicPartition,
    { from, isCommittedOnly }: { readonly from: number; readonly isCommittedOnly: boolean },
    respond: (outcome: Outcome<FetchAnswer>) => void,
  ): Parked {
    const log = this.log(place);
    const { maxFetchRecords } = this.options.habits;
    const parked = new Parked(log, respond, { from, isCommittedOnly, maxRecords: maxFetchRecords });
    parked.look();
    return parked;
  }

  #node(number: number): SimNode {
    return this.nodes[number % 3] ?? this.nodes[0];
  }
}

function node(number: number): SimNode {
  return { name: `kafka-${number}`, number, isUp: true };
}
