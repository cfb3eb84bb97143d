import type { Broker, Consumer } from '../../pipeline/broker/index.ts';
import type { StateStore } from '../../pipeline/state/index.ts';

/** The broker with some of its methods replaced. */
export function brokerWith(broker: Broker, over: Partial<Broker>): Broker {
  return {
    admin: broker.admin,
    producer: (options) => broker.producer(options),
    consumer: (options) => broker.consumer(options),
    read: (range, onRecords) => broker.read(range, onRecords),
    close: () => broker.close(),
    ...over,
  };
}

/** The consumer with some of its methods replaced. */
export function consumerWith(consumer: Consumer, over: Partial<Consumer>): Consumer {
  return {
    start: (handlers) => consumer.start(handlers),
    pause: (partitions) => consumer.pause(partitions),
    resume: (partitions) => consumer.resume(partitions),
    seek: (partition, offset) => consumer.seek(partition, offset),
    position: (partition) => consumer.position(partition),
    commitOffsets: (offsets) => consumer.commitOffsets(offsets),
    committed: (partitions, witness) => consumer.committed(partitions, witness),
    owns: (partition) => consumer.owns(partition),
    stop: () => consumer.stop(),
    ...over,
  };
}

/** The store with some of its methods replaced. */
export function stateWith(state: StateStore, over: Partial<StateStore>): StateStore {
  return {
    fence: (shard, how) => state.fence(shard, how),
    load: (lease) => state.load(lease),
    commit: (lease, checkpoint) => state.commit(lease, checkpoint),
    claim: (installation, how) => state.claim(installation, how),
    claimed: () => state.claimed(),
    discard: (fenced) => state.discard(fenced),
    close: () => state.close(),
    ...over,
  };
}
