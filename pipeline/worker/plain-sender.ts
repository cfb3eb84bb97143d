import { TocsinError } from '../../schemas/errors.ts';
import { topics } from '../../schemas/topics.ts';
import type {
  Broker,
  CommittedOffset,
  Consumer,
  ProduceRecord,
  Producer,
  TopicPartition,
} from '../broker/index.ts';
import { encodeFoothold } from '../snapshot/index.ts';
import type { Reached, Sender } from './sender.ts';

/** No shard reads it: both graphs ask about their own input (H26). */
const witness: TopicPartition = { topic: topics.decisions.name, partition: 0 };

export interface PlainSenderOptions {
  readonly broker: Broker;
  readonly consumer: Consumer;
  readonly place: TopicPartition;
  /** Kept for longer than an outage: the offset is committed with the next checkpoint. */
  readonly onUncommitted: (error: TocsinError) => void;
}

/** Effectively once: outputs are acknowledged, then state is stored, then the group's offset follows. */
export class PlainSender implements Sender {
  readonly #options: PlainSenderOptions;
  readonly #producer: Producer;

  constructor(options: PlainSenderOptions) {
    this.#options = options;
    this.#producer = options.broker.producer();
  }

  async take(): Promise<CommittedOffset | null> {
    const { consumer, place } = this.#options;
    const [committed = null] = await consumer.committed([place], witness);
    return committed;
  }

  async send(records: readonly ProduceRecord[]): Promise<void> {
    if (records.length > 0) await this.#producer.send(records);
  }

  async settle(): Promise<void> {}

  async stored({ offset, foothold }: Reached): Promise<void> {
    const { consumer, place, onUncommitted } = this.#options;
    try {
      await consumer.commitOffsets([{ ...place, offset, metadata: encodeFoothold(foothold) }]);
    } catch (error) {
      if (!(error instanceof TocsinError) || error.code !== 'broker.unavailable') throw error;
      onUncommitted(error);
    }
  }

  close(): Promise<void> {
    return this.#producer.close();
  }
}
