import { frame, type Registry } from '../../pipeline/registry/index.ts';
import type { Codec } from '../../schemas/avro/index.ts';

/** As a later version of Tocsin writes values of a topic: under a schema of its own, which has one more field. */
export async function laterVersionOf<T>(
  { subject, schema, encode }: Codec<T>,
  registry: Registry,
): Promise<{ readonly id: number; readonly write: (value: T) => Uint8Array }> {
  const added = { name: 'addedLater', type: 'string', default: '' };
  const id = await registry.register(subject, { ...schema, fields: [...schema.fields, added] });
  // The last field, and so the last bytes: the length of a text as a zigzag, and the text.
  const write = (value: T) => frame(id, Buffer.concat([encode(value), Buffer.from([6]), Buffer.from('new')]));
  return { id, write };
}
