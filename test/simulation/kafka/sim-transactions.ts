import type { OffsetCommit, ProduceRecord } from '../../../pipeline/broker/index.ts';
import type { PartitionLog } from '../../../pipeline/broker/partition-log.ts';
import type { Outcome } from '../machine/network.ts';
import { KafkaError } from './kafka-error.ts';
import type { SimCluster } from './sim-cluster.ts';

/** A producer as the servers know it: its transactional id, and the epoch that was given to this instance. */
export interface ProducerId {
  readonly id: string;
  readonly epoch: number;
}

interface Identity {
  readonly id: string;
  epoch: number;
  timeoutMs: number;
  status: 'none' | 'open' | 'ending';
  /** Stands for the newest transaction in logs and groups; `owner` is the epoch that opened it. */
  transaction: object;
  owner: number;
  /** Partitions and groups of the newest transaction that have not got its marker yet. */
  readonly logs: Set<PartitionLog>;
  readonly groups: Set<string>;
  /** How the last transaction ended, for a producer that asks again. */
  wasCommitted: boolean | null;
  takeBackTimeout: () => void;
  /** Requests for a new epoch, until what is open has ended. */
  waiting: (() => void)[];
}

interface Appended {
  readonly baseOffset: number;
}

/** A batch that is in a log, or on its way there. */
interface Batch {
  appended: Appended | null;
  /** Whoever sent it: to be answered when it is in the log. */
  readonly senders: ((outcome: Outcome<Appended>) => void)[];
}

/**
 * The transaction coordinator, and what leaders know of producers. The end of a transaction is decided in one moment;
 * its markers come later, one partition after another, and the groups' offsets after that.
 */
export class SimTransactions {
  readonly #cluster: SimCluster;
  readonly #identities = new Map<string, Identity>();
  /** Newest epoch that each partition, and each group's offsets, have seen of a producer. */
  readonly #seen = new Map<object, Map<string, number>>();
  /** Batches by their sequence, so that one sent twice is stored once (idempotent producer). */
  readonly #stored = new WeakMap<object, Map<string, Batch>>();

  constructor(cluster: SimCluster) {
    this.#cluster = cluster;
  }

  /** InitProducerId: the newest epoch of the id; ends what an older producer left open first. */
  init(id: string, timeoutMs: number, respond: (outcome: Outcome<ProducerId>) => void): void {
    const identity = this.#identityOf(id);
    if (identity.status === 'open') {
      this.#cluster.options.journal.fault('transaction fenced', () => id);
      identity.epoch += 1;
      this.#end(identity, false);
    }
    if (identity.status === 'ending') {
      identity.waiting.push(() => this.init(id, timeoutMs, respond));
      return;
    }
    identity.epoch += 1;
    identity.timeoutMs = timeoutMs;
    identity.wasCommitted = null;
    respond({ value: { id, epoch: identity.epoch } });
  }

  /** AddPartitionsToTxn and AddOffsetsToTxn. Throws `CONCURRENT_TRANSACTIONS` while the last one is being completed. */
  add(
    producer: ProducerId,
    to: { readonly logs: readonly PartitionLog[]; readonly groups: readonly string[] },
  ): void {
    const identity = this.#checked(producer);
    if (identity.status === 'ending') throw new KafkaError('CONCURRENT_TRANSACTIONS', producer.id);
    if (identity.status === 'none') this.#open(identity);
    for (const log of to.logs) identity.logs.add(log);
    for (const group of to.groups) identity.groups.add(group);
  }

  /** Produce at the leader; `sequence` names the batch. */
  produce(
    producer: ProducerId,
    batch: {
      readonly log: PartitionLog;
      readonly records: readonly ProduceRecord[];
      readonly sequence: string;
    },
    respond: (outcome: Outcome<Appended>) => void,
  ): void {
    const { log, records, sequence } = batch;
    this.#checkSeen(log, producer);
    const { transaction, logs } = this.#openedBy(producer);
    // The coordinator is asked whether the partition takes part (KIP-890); so nothing hangs behind an end.
    if (!logs.has(log)) throw new KafkaError('INVALID_TXN_STATE', producer.id);
    const stored = this.#stored.get(transaction) ?? new Map<string, Batch>();
    this.#stored.set(transaction, stored);
    const known = stored.get(sequence);
    if (known !== undefined) {
      // With acks=all a repeated batch is answered when the first one is replicated, not before (ReplicaManager).
      if (known.appended === null) known.senders.push(respond);
      else respond({ value: known.appended });
      return;
    }
    const sent: Batch = { appended: null, senders: [respond] };
    stored.set(sequence, sent);
    const done = (baseOffset: number): void => {
      sent.appended = { baseOffset };
      for (const answer of sent.senders) answer({ value: sent.appended });
    };
    this.#cluster.append(log, records, { transaction, done });
  }

  /** TxnOffsetCommit v1: the producer is checked, membership of the group is not. */
  commitOffsets(producer: ProducerId, group: string, offsets: readonly OffsetCommit[]): void {
    const { offsets: kept } = this.#cluster.group(group);
    this.#checkSeen(kept, producer);
    const { transaction, groups } = this.#openedBy(producer);
    if (!groups.has(group)) throw new KafkaError('INVALID_TXN_STATE', producer.id);
    kept.pend(transaction, offsets);
  }

  end(producer: ProducerId, isCommitted: boolean): void {
    const identity = this.#checked(producer);
    if (identity.status === 'open') this.#end(identity, isCommitted);
    // Asked again, because the answer was lost.
    else if (identity.wasCommitted !== isCommitted) throw new KafkaError('INVALID_TXN_STATE', producer.id);
  }

  #open(identity: Identity): void {
    const { timeline, journal } = this.#cluster.options;
    identity.status = 'open';
    identity.owner = identity.epoch;
    identity.transaction = {};
    identity.logs.clear();
    identity.groups.clear();
    identity.takeBackTimeout = timeline.after(identity.timeoutMs, () => {
      journal.fault('transaction timeout', () => identity.id);
      identity.epoch += 1;
      this.#end(identity, false);
    });
  }

  #end(identity: Identity, isCommitted: boolean): void {
    const { timeline, random, habits, journal } = this.#cluster.options;
    identity.takeBackTimeout();
    identity.status = 'ending';
    identity.wasCommitted = isCommitted;
    journal.trace?.(`-- ${identity.id} ${isCommitted ? 'commits' : 'aborts'} in epoch ${identity.epoch}`);
    const { transaction, epoch } = identity;
    if (isCommitted)
      for (const name of identity.groups) this.#cluster.group(name).offsets.decide(transaction);
    let left = identity.logs.size + identity.groups.size;
    const marked = (): void => {
      left -= 1;
      if (left <= 0) this.#complete(identity);
    };
    if (left === 0) marked();
    for (const log of identity.logs)
      timeline.after(random.int(0, habits.markerMaxMs), () => {
        identity.logs.delete(log);
        this.#see(log, { id: identity.id, epoch });
        this.#cluster.replicated(log, () => {
          log.endTransaction(transaction, isCommitted);
          log.announce(timeline.now);
          marked();
        });
      });
    for (const name of identity.groups)
      timeline.after(random.int(0, habits.markerMaxMs), () => {
        identity.groups.delete(name);
        const { offsets } = this.#cluster.group(name);
        this.#see(offsets, { id: identity.id, epoch });
        offsets.complete(transaction, isCommitted);
        marked();
      });
  }

  #complete(identity: Identity): void {
    identity.status = 'none';
    const { waiting } = identity;
    identity.waiting = [];
    for (const go of waiting) go();
  }

  /** The identity of a producer that is the newest of its id. */
  #checked({ id, epoch }: ProducerId): Identity {
    const identity = this.#identityOf(id);
    if (identity.epoch !== epoch) throw new KafkaError('INVALID_PRODUCER_EPOCH', id);
    return identity;
  }

  /** The identity whose newest transaction this producer opened; it may be ending without the producer's knowledge. */
  #openedBy({ id, epoch }: ProducerId): Identity {
    const identity = this.#identityOf(id);
    if (identity.owner !== epoch) throw new KafkaError('INVALID_PRODUCER_EPOCH', id);
    if (identity.status === 'none') throw new KafkaError('INVALID_TXN_STATE', id);
    return identity;
  }

  #checkSeen(where: object, producer: ProducerId): void {
    if ((this.#seen.get(where)?.get(producer.id) ?? 0) > producer.epoch)
      throw new KafkaError('INVALID_PRODUCER_EPOCH', producer.id);
    this.#see(where, producer);
  }

  #see(where: object, { id, epoch }: ProducerId): void {
    const seen = this.#seen.get(where) ?? new Map<string, number>();
    this.#seen.set(where, seen);
    seen.set(id, Math.max(seen.get(id) ?? 0, epoch));
  }

  #identityOf(id: string): Identity {
    let identity = this.#identities.get(id);
    if (identity === undefined) {
      identity = {
        ...{ id, epoch: 0, timeoutMs: 0, status: 'none', transaction: {}, owner: 0, wasCommitted: null },
        ...{ logs: new Set(), groups: new Set(), takeBackTimeout: () => {}, waiting: [] },
      };
      this.#identities.set(id, identity);
    }
    return identity;
  }
}
