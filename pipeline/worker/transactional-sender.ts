import { TocsinError } from '../../schemas/errors.ts';
import { topics } from '../../schemas/topics.ts';
import type {
  Broker,
  CommittedOffset,
  OffsetCommit,
  ProduceRecord,
  Producer,
  TopicPartition,
} from '../broker/index.ts';
import { encodeFoothold } from '../snapshot/index.ts';
import type { Lease } from '../state/index.ts';
import { type Clock, sleep } from '../time/index.ts';
import type { Reached, Sender } from './sender.ts';

export interface TransactionalSenderOptions {
  readonly broker: Broker;
  readonly clock: Clock;
  readonly group: string;
  readonly place: TopicPartition;
}

/** Pauses between looks at our own sentinel; two seconds in all. */
const lookMs = [5, 10, 20, 40, 80, 150, 250, 400, 500, 500];

/**
 * Exactly once: outputs and the offset of the input become visible in one Kafka transaction, or never (KIP-98). The
 * transactional id belongs to the shard, so whoever takes the shard fences its owner before.
 *
 * Any error leaves the transaction in doubt: it is not tried again, since a commit whose answer was lost may have been
 * carried out (H8). The shard is taken anew, and what is committed then decides what is sent again.
 */
export class TransactionalSender implements Sender {
  readonly #options: TransactionalSenderOptions;
  readonly #producer: Producer;
  #committed = 0;

  constructor(options: TransactionalSenderOptions) {
    const { broker, group, place } = options;
    this.#options = options;
    this.#producer = broker.producer({ transactionalId: `${group}-${place.partition}` });
  }

  /**
   * A new producer of the id ends what an older one left open. Committed offsets of a transaction can be read only some
   * time after its end (H11); but they come in order, so once the group shows a sentinel of ours, those of everybody before
   * us are there too (H10).
   */
  async take(lease: Lease): Promise<CommittedOffset | null> {
    const { place } = this.#options;
    const sentinel = { ...sentinelOf(place), offset: 0, metadata: `${lease.epoch}:${lease.nonce}` };
    await this.#transact([], [sentinel]);
    const committed = await this.#whenSeen(sentinel);
    this.#committed = committed?.offset ?? 0;
    return committed;
  }

  async send(records: readonly ProduceRecord[], reached: Reached): Promise<void> {
    if (records.length > 0) await this.#advance(records, reached);
  }

  async settle(reached: Reached): Promise<void> {
    if (reached.offset > this.#committed) await this.#advance([], reached);
  }

  async stored(): Promise<void> {}

  close(): Promise<void> {
    return this.#producer.close();
  }

  async #advance(records: readonly ProduceRecord[], { offset, foothold }: Reached): Promise<void> {
    const { place } = this.#options;
    await this.#transact(records, [{ ...place, offset, metadata: encodeFoothold(foothold) }]);
    this.#committed = offset;
  }

  async #transact(records: readonly ProduceRecord[], offsets: readonly OffsetCommit[]): Promise<void> {
    const transaction = await this.#producer.begin();
    // Records first: the coordinator has to know of the transaction before offsets join it.
    if (records.length > 0) await transaction.send(records);
    await transaction.sendOffsets(this.#options.group, offsets);
    await transaction.commit();
  }

  /**
   * What is committed, from the answer that shows the sentinel: the next answer may come from another broker, and show less
   * (H26). Bounded: a zombie that fences us here has no hold on the state, so both begin again (H12).
   */
  async #whenSeen({ metadata, ...sentinel }: OffsetCommit): Promise<CommittedOffset | null> {
    const { broker, clock, group, place } = this.#options;
    for (const waitMs of lookMs) {
      const [seen, committed = null] = await broker.admin.committedTogether(group, [sentinel, place]);
      if (seen?.metadata === metadata) return committed;
      await sleep(clock, waitMs);
    }
    throw new TocsinError('broker.fenced', `${group}: the sentinel ${metadata} does not appear`);
  }
}

/** A partition that the group never reads, one for each shard: every output topic has as many as the input. */
function sentinelOf({ partition }: TopicPartition): TopicPartition {
  return { topic: topics.decisions.name, partition };
}
