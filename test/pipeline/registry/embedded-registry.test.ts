import { expect, test } from 'vitest';
import { EmbeddedRegistry } from '../../../pipeline/registry/index.ts';
import { registryContract } from '../../contracts/registry.ts';

registryContract('embedded', async () => new EmbeddedRegistry());

const text = { type: 'record', name: 'Text', fields: [{ name: 'text', type: 'string' }] };

test('ids count from 1 in the order of the calls, also of calls not awaited', async () => {
  const registry = new EmbeddedRegistry();
  const ids = ['A', 'B', 'A', 'C'].map((name) => registry.register(`${name}-value`, { ...text, name }));
  expect(await Promise.all(ids)).toEqual([1, 2, 1, 3]);
});

test('the order of the attributes of a schema does not matter, their values do', async () => {
  const registry = new EmbeddedRegistry();
  const turned = { fields: [{ type: 'string', name: 'text' }], name: 'Text', type: 'record' };
  expect(await registry.register('a-value', text)).toBe(1);
  expect(await registry.register('a-value', turned)).toBe(1);
  expect(await registry.register('a-value', { ...text, doc: 'Now with a doc.' })).toBe(2);
});

test('subjects are listed by name and versions by age', async () => {
  const registry = new EmbeddedRegistry();
  await registry.register('b-value', text);
  await registry.register('a-value', text);
  await registry.register('a-value', { ...text, doc: 'Now with a doc.' });
  expect(registry.subjects()).toEqual(['a-value', 'b-value']);
  expect(registry.versions('a-value').map(({ id, version }) => [id, version])).toEqual([
    [1, 1],
    [2, 2],
  ]);
  expect(registry.versions('c-value')).toEqual([]);
});
