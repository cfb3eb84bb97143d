import { describe, expect, test } from 'vitest';
import { filterOf, letterPlaceOf } from '../../../../pipeline/cli/commands/dlq/options.ts';
import { sinceOf } from '../../../../pipeline/cli/since-option.ts';

const now = Date.parse('2026-11-26T12:00:00Z');
const invoked = (options: Record<string, string>) => ({ args: [], options, output: 'text' }) as const;

describe('a filter', () => {
  test.each<[string, Record<string, string>, object]>([
    ['nothing', {}, {}],
    ['a code', { code: 'record.empty' }, { codes: ['record.empty'] }],
    ['codes', { code: 'record.empty, record.too-large' }, { codes: ['record.empty', 'record.too-large'] }],
    ['letters of somebody else', { code: 'unknown' }, { codes: ['unknown'] }],
    ['a time', { since: '90m' }, { since: now - 5_400_000 }],
    ['a number', { limit: '10' }, { limit: 10 }],
    ['offsets', { offset: '0, 12' }, { offsets: [0, 12] }],
  ])('says %s', (_name, options, filter) => {
    expect(filterOf(invoked(options), now)).toEqual(filter);
  });

  test.each<[string, Record<string, string>, string]>([
    ['a code that nobody writes', { code: 'record.emtpy' }, 'record.empty'],
    ['no number', { limit: 'all' }, '--limit all'],
    ['none of them', { limit: '0' }, '--limit 0'],
    ['no offset', { offset: '1,x' }, '--offset x'],
    ['no time', { since: 'yesterday' }, '--since yesterday'],
  ])('refuses %s', (_name, options, said) => {
    expect(() => filterOf(invoked(options), now)).toThrow(said);
  });
});

test.each<[string, number]>([
  ['30s', now - 30_000],
  ['90m', now - 5_400_000],
  ['12h', now - 43_200_000],
  ['7d', now - 604_800_000],
  ['2026-11-26', Date.parse('2026-11-26T00:00:00Z')],
  ['2026-11-26T11:00:00+01:00', Date.parse('2026-11-26T10:00:00Z')],
])('--since %s', (text, time) => {
  expect(sinceOf(text, now)).toBe(time);
});

describe('the place of a letter', () => {
  test('is its offset, or where its record was read, as logs put it', () => {
    expect(letterPlaceOf('12')).toEqual({ offset: 12 });
    expect(letterPlaceOf('alerts.raw.v1/3@120')).toEqual({
      source: { topic: 'alerts.raw.v1', partition: 3, offset: 120 },
    });
  });

  test.each(['', 'x', '3@120', 'alerts.raw.v1/3', '-1'])('is not %j', (text) => {
    expect(() => letterPlaceOf(text)).toThrow('topic/partition@offset');
  });
});
