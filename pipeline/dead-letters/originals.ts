import { topics } from '../../schemas/topics.ts';
import type { Broker, LogRecord, ProduceRecord } from '../broker/index.ts';
import type { ChosenRecord } from './choose.ts';
import { originalHeaders, type SourcePlace } from './letter.ts';

/** The records as they came, by their offsets on the dead-letter topic; what is not there any more is left out. */
export async function originalsOf(
  broker: Broker,
  chosen: readonly ChosenRecord[],
): Promise<ReadonlyMap<number, ProduceRecord>> {
  const rawPartitions = await broker.admin.partitions(topics.raw.name);
  const sources = new Map(chosen.map(({ offset, source }) => [offset, source]));
  const originals = new Map<number, ProduceRecord>();
  const [from, to] = [chosen[0]?.offset ?? 0, (chosen.at(-1)?.offset ?? -1) + 1];
  await broker.read({ topic: topics.deadLetters.name, partition: 0, from, to }, (records) => {
    for (const record of records) {
      const source = sources.get(record.offset);
      if (source !== undefined) originals.set(record.offset, originalOf(record, source, rawPartitions));
    }
  });
  return originals;
}

/** To the partition that the producer chose, if the topic still has it. */
function originalOf(record: LogRecord, source: SourcePlace, rawPartitions: number): ProduceRecord {
  const isThere = source.topic === topics.raw.name && source.partition < rawPartitions;
  const { key, value } = record;
  const place = isThere ? { partition: source.partition } : {};
  return { topic: topics.raw.name, ...place, key, value, headers: originalHeaders(record) };
}
