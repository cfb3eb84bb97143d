import type { Clock } from '../time/index.ts';
import {
  type DecodeStored,
  type SinkConfig,
  sentenceOf,
  type Warehouse,
  WarehouseSink,
} from '../warehouse/index.ts';
import type { OwnDecoders } from './own-decoders.ts';
import type { OnTrouble, Ports } from './ports.ts';
import { preparedBroker } from './prepared-broker.ts';

export interface WarehouseOptions {
  readonly store: Warehouse;
  readonly config: SinkConfig;
  /** For its pauses and retries, where they are not to wait for the worker's clock. */
  readonly clock?: Clock;
  /** Whether what the store refuses ends the worker, where nobody will mend it. */
  readonly endsWhenRefused?: boolean;
}

interface Around {
  readonly ports: Ports;
  readonly decoders: OwnDecoders;
  readonly onFailure: (error: Error) => void;
  readonly onTrouble: OnTrouble;
}

/** The WAREHOUSE graph with our codecs. */
export function openSink({ store, clock, ...rest }: WarehouseOptions, around: Around): WarehouseSink {
  const { ports, decoders, onFailure, onTrouble } = around;
  return new WarehouseSink({
    broker: preparedBroker({ ...ports, decoders, onTrouble }),
    clock: clock ?? ports.clock,
    warehouse: store,
    ...rest,
    // The decoder of a topic gives values of that topic; the pair is not followed through the generic call.
    decode: ((topic, value) => decoders[topic].read(value)) as DecodeStored,
    findOwn: (topic, value) => decoders[topic].findOwn(value),
    observe: (event) => {
      if (event.kind !== 'stored') onTrouble(`warehouse-${event.kind}`, sentenceOf(event));
    },
    onFailure,
  });
}
