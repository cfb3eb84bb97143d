import { describe, expect, test } from 'vitest';
import type { Registry } from '../../pipeline/registry/index.ts';
import { codecs } from '../../schemas/avro/index.ts';
import { TocsinError } from '../../schemas/errors.ts';

const field = (name: string, rest: object = { type: 'string' }) => ({ name, ...rest });
const alertOf = (...fields: readonly object[]) => ({ type: 'record', name: 'Alert', fields });

const first = alertOf(field('name'));
const withOptional = alertOf(field('name'), field('team', { type: 'string', default: '' }));
const withRequired = alertOf(field('name'), field('team'));

async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
    return 'no error';
  } catch (error) {
    return error instanceof TocsinError ? error.code : String(error);
  }
}

/** What every registry must do; `open` gives an empty one. Real registries share ids, so no test names an id. */
export function registryContract(name: string, open: () => Promise<Registry>): void {
  describe(`the ${name} registry`, () => {
    test('gives a schema back under the id it gave out', async () => {
      const registry = await open();
      const id = await registry.register('a-value', first);
      expect(id).toBeGreaterThan(0);
      expect(await registry.schemaById(id)).toEqual(first);
    });

    test('knows nothing of an id it never gave out', async () => {
      const registry = await open();
      expect(await registry.schemaById(2_000_000_000)).toBe(null);
    });

    test('gives the same schema the same id, again and in another subject', async () => {
      const registry = await open();
      const id = await registry.register('a-value', first);
      expect(await registry.register('a-value', first)).toBe(id);
      expect(await registry.register('b-value', first)).toBe(id);
    });

    test('gives another schema another id', async () => {
      const registry = await open();
      const id = await registry.register('a-value', first);
      expect(await registry.register('a-value', withOptional)).not.toBe(id);
    });

    test('does not count a schema twice that is registered again', async () => {
      const registry = await open();
      await registry.register('a-value', first);
      const id = await registry.register('a-value', withOptional);
      await registry.register('a-value', first);
      expect(await registry.latest('a-value')).toEqual({ id, version: 2, schema: withOptional });
    });

    test('finds a schema among the versions of its subject, and nowhere else', async () => {
      const registry = await open();
      const id = await registry.register('a-value', first);
      await registry.register('a-value', withOptional);
      expect(await registry.find('a-value', first)).toEqual({ id, version: 1, schema: first });
      expect(await registry.find('a-value', withRequired)).toBe(null);
      expect(await registry.find('b-value', first)).toBe(null);
      expect(await codeOf(registry.find('a-value', { type: 'record' }))).toBe('registry.invalid-schema');
    });

    test('has no latest version of a subject without any', async () => {
      const registry = await open();
      expect(await registry.latest('nobody-value')).toBe(null);
    });

    test('refuses a version that cannot read an earlier one, and keeps what it had', async () => {
      const registry = await open();
      const id = await registry.register('a-value', first);
      expect(await codeOf(registry.register('a-value', withRequired))).toBe('registry.incompatible');
      expect(await registry.latest('a-value')).toMatchObject({ id, version: 1 });
    });

    test('compares with every version, not only with the newest', async () => {
      const registry = await open();
      await registry.register('a-value', first);
      await registry.register('a-value', withOptional);
      // Reads the second version, which always has a team, but not the first.
      const { messages } = await registry.checkCompatibility('a-value', withRequired);
      expect(messages).toEqual([expect.stringContaining('version 1')]);
      expect(await codeOf(registry.register('a-value', withRequired))).toBe('registry.incompatible');
    });

    test('says of a schema whether it would be accepted, without registering it', async () => {
      const registry = await open();
      await registry.register('a-value', first);
      expect(await registry.checkCompatibility('a-value', withOptional)).toMatchObject({
        isCompatible: true,
      });
      const refused = await registry.checkCompatibility('a-value', withRequired);
      expect(refused.isCompatible).toBe(false);
      expect(refused.messages.join()).toContain('team');
      expect(await registry.latest('a-value')).toMatchObject({ version: 1 });
    });

    test('accepts any schema for a subject without versions', async () => {
      const registry = await open();
      expect(await registry.checkCompatibility('new-value', withRequired)).toMatchObject({
        isCompatible: true,
      });
    });

    test('refuses what is not Avro', async () => {
      const registry = await open();
      expect(await codeOf(registry.register('a-value', { type: 'record', name: 'A' }))).toBe(
        'registry.invalid-schema',
      );
      expect(await codeOf(registry.checkCompatibility('a-value', { type: 'what' }))).toBe(
        'registry.invalid-schema',
      );
    });

    test('takes the schemas of all our topics', async () => {
      const registry = await open();
      const ids = await Promise.all(
        Object.values(codecs).map(({ subject, schema }) => registry.register(subject, schema)),
      );
      // Enriched and suppressed alerts share one schema.
      expect(new Set(ids).size).toBe(ids.length - 1);
    });
  });
}
