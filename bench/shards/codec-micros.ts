import type { Output } from '../../operators/events.ts';
import type { LogRecord } from '../../pipeline/broker/index.ts';
import { type Codec, codecs } from '../../schemas/avro/index.ts';
import type { Micro } from '../harness/micro.ts';
import { framedBytes, schemaId } from './logs.ts';

const unit = 'µs CPU per value' as const;
const values = 2_000;
const rounds = 10;

/** Each topic's values there and back, as the load makes them. */
export function codecMicros(
  raw: readonly LogRecord[],
  reduced: readonly LogRecord[],
  outputs: readonly Output[],
): readonly Micro[] {
  const stated = <Value>(topic: Output['topic']): readonly Value[] =>
    // The topic says of which type its values are.
    outputs.flatMap((output) => (output.topic === topic ? [output.value as Value] : []));
  return [
    ...bothWays('raw alert', codecs.raw, valuesIn(codecs.raw, raw)),
    ...bothWays('reduced', codecs.reduced, valuesIn(codecs.reduced, reduced)),
    ...bothWays('enriched alert', codecs.enriched, stated('enriched')),
    ...bothWays('incident', codecs.incidents, stated('incidents')),
    ...bothWays('aggregate', codecs.aggregates, stated('aggregates')),
    ...bothWays('decision', codecs.decisions, stated('decisions')),
  ];
}

function valuesIn<Value>(codec: Codec<Value>, records: readonly LogRecord[]): readonly Value[] {
  return records.slice(0, values).map(({ value }) => codec.decode(value ?? new Uint8Array(), framedBytes));
}

function bothWays<Value>(name: string, codec: Codec<Value>, all: readonly Value[]): readonly Micro[] {
  const some = all.slice(0, values);
  const written = some.map((value) => codec.encodeFramed(schemaId, value));
  const bytes = written.reduce((sum, { length }) => sum + length, 0) / written.length;
  const about = { unit, times: rounds * some.length, note: `${Math.round(bytes)} bytes` };
  const again = (once: () => void) => () => {
    for (let round = 0; round < rounds; round += 1) once();
  };
  return [
    {
      ...{ ...about, name: `${name}, encoded` },
      run: again(() => {
        for (const value of some) codec.encodeFramed(schemaId, value);
      }),
    },
    {
      ...{ ...about, name: `${name}, decoded` },
      run: again(() => {
        for (const one of written) codec.decode(one, framedBytes);
      }),
    },
  ];
}
