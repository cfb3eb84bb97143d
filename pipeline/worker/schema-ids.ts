import { codecs } from '../../schemas/avro/index.ts';
import type { Batch } from '../broker/index.ts';
import { type RawDecoder, type Registry, schemaIdsIn } from '../registry/index.ts';
import type { SchemaIds } from './outbox.ts';

/** Registers the schemas of all topics that we write; the registry answers with the known id for a known schema. */
export async function registerSchemas(registry: Registry): Promise<SchemaIds> {
  const written = ['reduced', 'enriched', 'suppressed', 'incidents', 'aggregates', 'decisions'] as const;
  const ids = await Promise.all(
    written.map(async (topic) => [
      topic,
      await registry.register(codecs[topic].subject, codecs[topic].schema),
    ]),
  );
  // One entry per name of the list above, which is the list of the type.
  return Object.fromEntries(ids) as SchemaIds;
}

/** Fetches the schemas that the records of a batch were written with, so that each can be decoded without waiting. */
export async function prefetch(decoder: RawDecoder, batch: Batch): Promise<void> {
  for (const id of schemaIdsIn(batch.records)) if (!decoder.isKnown(id)) await decoder.prefetch(id);
}
