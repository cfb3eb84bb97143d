import type { Broker, ProduceRecord, Producer, Transaction } from '../broker/index.ts';

type OnSent = (records: readonly ProduceRecord[]) => void;

/** The same broker, with everything told that is sent through it and acknowledged. */
export function observedBroker(broker: Broker, onSent: OnSent): Broker {
  return {
    admin: broker.admin,
    producer: (options) => observedProducer(broker.producer(options), onSent),
    consumer: (options) => broker.consumer(options),
    read: (range, onRecords) => broker.read(range, onRecords),
    close: () => broker.close(),
  };
}

function observedProducer(producer: Producer, onSent: OnSent): Producer {
  return {
    send: observed((records) => producer.send(records), onSent),
    begin: async () => observedTransaction(await producer.begin(), onSent),
    close: () => producer.close(),
  };
}

/** Told when it is sent: what is taken back later is sent again, and told again. */
function observedTransaction(transaction: Transaction, onSent: OnSent): Transaction {
  return {
    send: observed((records) => transaction.send(records), onSent),
    sendOffsets: (group, offsets) => transaction.sendOffsets(group, offsets),
    commit: () => transaction.commit(),
    abort: () => transaction.abort(),
  };
}

function observed(send: Producer['send'], onSent: OnSent): Producer['send'] {
  return async (records) => {
    const acknowledged = await send(records);
    onSent(records);
    return acknowledged;
  };
}
