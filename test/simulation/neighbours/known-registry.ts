import { Decoder, EmbeddedRegistry, type Registry } from '../../../pipeline/registry/index.ts';
import type { SchemaIds } from '../../../pipeline/worker/outbox.ts';
import { codecs, snapshotCodec } from '../../../schemas/avro/index.ts';

const embedded = new EmbeddedRegistry();
const ids = new Map<string, number>();
for (const { subject, schema } of [...Object.values(codecs), snapshotCodec])
  ids.set(subject, await embedded.register(subject, schema));

/** A registry whose answers every process has at hand: schemas are not what is simulated. */
export const knownRegistry: Registry = {
  register: async (subject) => ids.get(subject) ?? 0,
  schemaById: (id) => embedded.schemaById(id),
  find: (subject, schema) => embedded.find(subject, schema),
  latest: (subject) => embedded.latest(subject),
  checkCompatibility: (subject, schema) => embedded.checkCompatibility(subject, schema),
};

export const rawDecoder = new Decoder({
  codec: codecs.raw,
  registry: embedded,
  // Only for how long an unknown schema is not asked for again; there are none.
  clock: { now: () => 0, schedule: () => () => {}, turn: async () => {} },
});

/** The id under which the values of a topic are framed. */
export function schemaIdOf(topic: keyof typeof codecs): number {
  return ids.get(codecs[topic].subject) ?? 0;
}

export const schemaIds: SchemaIds = {
  reduced: schemaIdOf('reduced'),
  enriched: schemaIdOf('enriched'),
  suppressed: schemaIdOf('suppressed'),
  incidents: schemaIdOf('incidents'),
  aggregates: schemaIdOf('aggregates'),
  decisions: schemaIdOf('decisions'),
  snapshots: ids.get(snapshotCodec.subject) ?? 0,
  control: schemaIdOf('control'),
};
