import { codecs } from '../../schemas/avro/index.ts';
import { framedLength } from '../registry/index.ts';
import type { Clock } from '../time/index.ts';
import {
  type DecodeStored,
  type SinkConfig,
  sentenceOf,
  type Warehouse,
  WarehouseSink,
} from '../warehouse/index.ts';
import type { OnTrouble, Ports } from './ports.ts';

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
  readonly onFailure: (error: Error) => void;
  readonly onTrouble: OnTrouble;
}

/** The WAREHOUSE graph with our codecs. */
export function openSink({ store, clock, ...rest }: WarehouseOptions, around: Around): WarehouseSink {
  const { ports, onFailure, onTrouble } = around;
  return new WarehouseSink({
    broker: ports.broker,
    clock: clock ?? ports.clock,
    warehouse: store,
    ...rest,
    // The codec of a topic gives values of that topic; the pair is not followed through the generic call.
    decode: ((topic, value) => codecs[topic].decode(value, framedLength)) as DecodeStored,
    observe: (event) => {
      if (event.kind !== 'stored') onTrouble(`warehouse-${event.kind}`, sentenceOf(event));
    },
    onFailure,
  });
}
