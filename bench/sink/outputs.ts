import type { ProduceRecord } from '../../pipeline/broker/index.ts';
import { framedLength } from '../../pipeline/registry/index.ts';
import { type ReadTopic, readTopics } from '../../pipeline/replay/index.ts';
import { type Codec, codecs } from '../../schemas/avro/index.ts';
import type { Origin } from '../../schemas/place.ts';
import { topics } from '../../schemas/topics.ts';
import { readLog } from '../../test/chaos/verify/read-log.ts';
import { loadOf } from '../peers/workload.ts';
import { drainWith } from '../pipeline/drain-run.ts';
import type { BenchGround } from '../pipeline/ground.ts';

/** An output as RELATE wrote it, still to be given its place in another run. */
export interface Output {
  readonly topic: ReadTopic;
  readonly partition: number;
  readonly key: Uint8Array | null;
  readonly value: { readonly origin: Origin };
}

/** Real outputs, in the order of their partitions. */
export async function outputsOf(bench: BenchGround, alerts: number): Promise<readonly Output[]> {
  await bench.fill('avro', loadOf('storm', alerts, Date.now()));
  const run = await bench.nextRun();
  await drainWith(bench, run, { graphs: ['reduce', 'relate'], alerts, mode: 'effectively-once' });
  const outputs: Output[] = [];
  for (const topic of readTopics) {
    const range = { topic: topics[topic].name, isolation: 'read_committed' as const };
    await readLog(bench.ground.broker, range, {
      onRecords: (records, partition) => {
        for (const { key, value } of records)
          outputs.push({
            topic,
            partition,
            key,
            value: codecs[topic].decode(value ?? new Uint8Array(), framedLength),
          });
      },
    });
  }
  return outputs;
}

/** More than the raw offsets that outputs of the first round name. */
const offsetsPerRound = 10_000_000;

/** The outputs without end: each round stands behind the one before it, as if alerts had gone on. */
export function* endless(
  outputs: readonly Output[],
  schemaIds: BenchGround['ground']['schemaIds'],
): Generator<ProduceRecord, void> {
  for (let round = 0; ; round += 1)
    for (const { topic, partition, key, value } of outputs) {
      const { origin } = value;
      const moved = { ...value, origin: { ...origin, offset: origin.offset + round * offsetsPerRound } };
      // The codec is that of the topic the value was read from.
      const codec = codecs[topic] as unknown as Codec<unknown>;
      yield { topic: topics[topic].name, partition, key, value: codec.encodeFramed(schemaIds[topic], moved) };
    }
}

/** The next ones. */
export function take(source: Iterator<ProduceRecord, void>, count: number): ProduceRecord[] {
  return Array.from({ length: count }, () => {
    const { value } = source.next();
    if (value === undefined) throw new Error('there are no outputs');
    return value;
  });
}
