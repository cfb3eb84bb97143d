import { topics } from '../../schemas/topics.ts';
import type { Batch, Broker } from '../broker/index.ts';
import type { Clock } from '../time/index.ts';
import type { OwnDecoders } from './own-decoders.ts';
import type { OnTrouble } from './ports.ts';
import { PreparedConsumer } from './prepared-consumer.ts';

export interface Prepared {
  readonly broker: Broker;
  readonly clock: Clock;
  readonly decoders: OwnDecoders;
  readonly onTrouble: OnTrouble;
}

/** The broker, whose consumers have the schemas at hand that a batch of a topic of ours was written with. */
export function preparedBroker({ broker, clock, decoders, onTrouble }: Prepared): Broker {
  const byName = new Map(
    // The keys of the record are those of its type.
    (Object.keys(decoders) as (keyof OwnDecoders)[]).map((id) => [topics[id].name as string, decoders[id]]),
  );
  const prepare = async ({ topic, records }: Batch): Promise<void> => {
    await byName.get(topic)?.prefetch(records);
  };
  const onWaiting = (detail: string) => onTrouble('shard-waits', detail);
  return {
    admin: broker.admin,
    producer: (options) => broker.producer(options),
    consumer: (options) => new PreparedConsumer(broker.consumer(options), { clock, prepare, onWaiting }),
    read: (range, onRecords) => broker.read(range, onRecords),
    close: () => broker.close(),
  };
}
