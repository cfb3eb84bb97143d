// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references of the configuration look like templates
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { configJsonSchema, describeConfig, loadConfig } from '../../../pipeline/config/index.ts';
import { load } from './reading.ts';

const example = 'deploy/example/tocsin.yaml';
const fromExample = (text?: string) =>
  loadConfig({
    path: example,
    ...(text === undefined ? {} : { text }),
    env: {},
    readFile: (path) => readFileSync(path),
  });

describe('the example in deploy/', () => {
  test('is valid, and its tables are read', () => {
    const config = fromExample();
    expect(config.enrich.tables.map((table) => table.rows.length)).toEqual([8, 3]);
    expect(config.correlate.topology.edges).toContainEqual({ from: 'cart', to: 'redis' });
    expect(config.normalize.mappings[0]?.fields.name).toBe("'JobFailed'");
    expect(config.suppress.inhibitRules[0]?.location).toMatch(/^tocsin\.yaml:\d+$/);
    expect(config.broker.rawPartitions).toBe(4);
  });
});

describe('the effective configuration', () => {
  test('read again means the same', () => {
    expect(fromExample(describeConfig(fromExample()))).toEqual(fromExample());
  });

  test('leaves the rows of a file in their file', () => {
    expect(describeConfig(fromExample())).not.toContain('team-shop');
  });

  test('shows rows that stand in the configuration itself', () => {
    const text =
      'enrich:\n  tables:\n    - name: t\n      match: { host: host }\n      rows: [{ host: db-7 }]\n';
    expect(describeConfig(load({ text }))).toContain('host: db-7');
  });

  test('keeps a text that looks like a reference from becoming one', () => {
    const config = load({ text: 'warehouse:\n  path: $${env:A}/$$${env:B}\n' });
    expect(config.warehouse).toMatchObject({ path: '${env:A}/$${env:B}' });
    expect(load({ text: describeConfig(config) }).warehouse).toEqual(config.warehouse);
  });
});

describe('the JSON Schema', () => {
  const schema = configJsonSchema();

  test('describes what a user may write: nothing is required, nothing else is allowed', () => {
    expect(schema).toMatchObject({ type: 'object', additionalProperties: false });
    expect(schema).not.toHaveProperty('required');
  });

  test('states type, range, default and meaning of a key', () => {
    expect(schema).toHaveProperty('properties.worker.properties.clockSlackMs', {
      type: 'integer',
      minimum: 0,
      maximum: 60_000,
      default: 500,
      description: 'How far the clock of the broker may step back without a window closing too early.',
    });
  });
});
