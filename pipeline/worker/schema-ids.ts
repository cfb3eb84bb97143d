import { codecs, snapshotCodec } from '../../schemas/avro/index.ts';
import type { Batch } from '../broker/index.ts';
import { type RawDecoder, type Registry, schemaIdsIn } from '../registry/index.ts';
import type { SchemaIds } from './outbox.ts';

/** Registers the schemas of all topics that we write; the registry answers with the known id for a known schema. */
export async function registerSchemas(registry: Registry): Promise<SchemaIds> {
  const { reduced, enriched, suppressed, incidents, aggregates, decisions, control } = codecs;
  const written = {
    reduced,
    enriched,
    suppressed,
    incidents,
    aggregates,
    decisions,
    snapshots: snapshotCodec,
    control,
  };
  const ids = await Promise.all(
    Object.entries(written).map(async ([topic, { subject, schema }]) => [
      topic,
      await registry.register(subject, schema),
    ]),
  );
  // One entry per name of the list above, which is the list of the type.
  return Object.fromEntries(ids) as SchemaIds;
}

/** Fetches the schemas that the records of a batch were written with, so that each can be decoded without waiting. */
export async function prefetch(decoder: RawDecoder, batch: Batch): Promise<void> {
  for (const id of schemaIdsIn(batch.records)) if (!decoder.isKnown(id)) await decoder.prefetch(id);
}
