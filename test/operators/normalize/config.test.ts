import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { NormalizeConfig } from '../../../operators/normalize/index.ts';

function issuesOf(config: unknown): readonly string[] {
  const parsed = NormalizeConfig.safeParse(config);
  return parsed.success
    ? []
    : parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
}

const mapping = (overrides: object): object => ({
  mappings: [{ name: 'm', fields: { name: '"x"' }, ...overrides }],
});

const withFields = (fields: object, format = 'json'): object =>
  mapping({ format, fields: { name: '"x"', ...fields } });

describe('a mistake in the config names its place', () => {
  it.each([
    ['CEL that does not parse', withFields({ source: 'body.' }), 'mappings.0.fields.source: '],
    [
      'an unknown variable',
      withFields({ labels: { host: 'rows.host' } }),
      'mappings.0.fields.labels.host: Unknown variable: rows',
    ],
    [
      '`row` in a mapping of JSON',
      withFields({ source: 'row.a' }),
      'mappings.0.fields.source: Unknown variable: row',
    ],
    [
      '`body` in a mapping of CSV',
      withFields({ source: 'body.a' }, 'csv'),
      'mappings.0.fields.source: Unknown variable: body',
    ],
    [
      'types that do not go together',
      withFields({ observedAt: 'row.time + 1' }, 'csv'),
      'mappings.0.fields.observedAt: no such overload',
    ],
    [
      'a list where a text is needed',
      withFields({ annotations: { a: '["x"]' } }),
      'mappings.0.fields.annotations.a: yields a list',
    ],
    [
      'a column that is not there',
      mapping({ format: 'csv', columns: ['a'], fields: { name: 'row.b' } }),
      "mappings.0.fields.name: there is no column 'b'; the columns are a",
    ],
    ['a condition that does not parse', mapping({ when: '(' }), 'mappings.0.when: '],
    ['no name', mapping({ fields: {} }), 'mappings.0.fields.name: a mapping must yield a name'],
    ['columns without CSV', mapping({ columns: ['a'] }), 'mappings.0.columns: only CSV has columns'],
    [
      'a split without CSV',
      mapping({ split: { flexibleColumn: 'a' } }),
      'mappings.0.split: only CSV is split',
    ],
    [
      'a column named twice',
      mapping({ format: 'csv', columns: ['a', 'a'] }),
      "mappings.0.columns: the column 'a' is named twice",
    ],
    [
      'a flexible column that is none',
      mapping({ format: 'csv', columns: ['a'], split: { flexibleColumn: 'b' } }),
      "mappings.0.split.flexibleColumn: 'b' must be one of `columns`",
    ],
    ['a delimiter of two characters', mapping({ format: 'csv', delimiter: '||' }), 'mappings.0.delimiter: '],
    ['a quote for a delimiter', mapping({ format: 'csv', delimiter: '"' }), 'mappings.0.delimiter: '],
    [
      'a pattern with look-around',
      withFields({ status: 'body.s.matches("(?=a)b") ? "resolved" : "firing"' }),
      'mappings.0.fields.status: pattern "(?=a)b": look-around',
    ],
    [
      'a pattern with a back-reference',
      withFields({ source: 'body.s.matches("(a)\\\\1") ? "a" : "b"' }),
      'mappings.0.fields.source: pattern "(a)\\\\1": back-references',
    ],
    [
      'a pattern that can take forever',
      mapping({ when: 'body.s.matches("(a+)+$")' }),
      'mappings.0.when: pattern "(a+)+$": a repeat inside a repeat',
    ],
    [
      'a pattern that is not known in advance',
      mapping({ when: 'body.s.matches(body.p)' }),
      'mappings.0.when: the pattern of matches() must be a text',
    ],
    [
      'two mappings of one name',
      {
        mappings: [
          { name: 'm', fields: { name: '"x"' } },
          { name: 'm', fields: { name: '"y"' } },
        ],
      },
      "mappings.1.name: another mapping or preset is called 'm'",
    ],
    [
      'a mapping named like a preset',
      { presets: ['ait-ads'], mappings: [{ name: 'ait-ads', fields: { name: '"x"' } }] },
      'mappings.0.name: another mapping or preset',
    ],
    ['an unknown preset', { presets: ['aitads'] }, 'presets.0: '],
    ['an unknown severity', { severityMap: { x: 'awful' } }, 'severityMap.x: '],
    ['an unknown key', { limit: {} }, ': Unrecognized key'],
    ['an unknown limit', { limits: { maxByte: 1 } }, 'limits: Unrecognized key'],
    ['a limit of zero', { limits: { maxLabels: 0 } }, 'limits.maxLabels: '],
  ])('%s', (_, config, issue) => {
    expect(issuesOf(config)).toEqual([expect.stringContaining(issue)]);
  });

  it('and several mistakes are told at once', () => {
    expect(issuesOf(withFields({ source: '(', id: ')' }))).toHaveLength(2);
  });
});

describe('the config', () => {
  it('may be left out', () => {
    expect(issuesOf({})).toEqual([]);
  });

  it('allows patterns that are harmless', () => {
    expect(issuesOf(mapping({ when: 'body.s.matches("^(foo|bar)-[0-9]+$")' }))).toEqual([]);
  });

  it('has a JSON Schema in which everything is described', () => {
    const schema = z.toJSONSchema(NormalizeConfig, { io: 'input' });
    const undescribed = Object.entries(schema.properties ?? {}).filter(
      ([, property]) => typeof property !== 'object' || property.description === undefined,
    );
    expect(undescribed).toEqual([]);
  });
});
