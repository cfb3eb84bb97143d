import { TocsinError } from '../../schemas/errors.ts';
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

export interface PlainSenderOptions {
  readonly broker: Broker;
  readonly consumer: Consumer;
  readonly group: string;
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

  take(): Promise<CommittedOffset | null> {
    const { broker, group, place } = this.#options;
    return broker.admin.committed(group, place);
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
