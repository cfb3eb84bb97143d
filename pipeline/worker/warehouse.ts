import { codecs } from '../../schemas/avro/index.ts';
import { framedLength } from '../registry/index.ts';
import { type DecodeStored, type SinkConfig, type Warehouse, WarehouseSink } from '../warehouse/index.ts';
import type { OnTrouble, Ports } from './ports.ts';

export interface WarehouseOptions {
  readonly store: Warehouse;
  readonly config: SinkConfig;
}

interface Around {
  readonly ports: Ports;
  readonly onFailure: (error: Error) => void;
  readonly onTrouble: OnTrouble;
}

/** The WAREHOUSE graph with our codecs. */
export function openSink({ store, config }: WarehouseOptions, around: Around): WarehouseSink {
  const { ports, onFailure, onTrouble } = around;
  return new WarehouseSink({
    broker: ports.broker,
    clock: ports.clock,
    warehouse: store,
    config,
    // The codec of a topic gives values of that topic; the pair is not followed through the generic call.
    decode: ((topic, value) => codecs[topic].decode(value, framedLength)) as DecodeStored,
    observe: (event) => {
      if (event.kind !== 'stored') onTrouble(`warehouse-${event.kind}`, JSON.stringify(event));
    },
    onFailure,
  });
}
