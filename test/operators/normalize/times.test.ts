import { describe, expect, it } from 'vitest';
import { parseTime } from '../../../operators/normalize/parse-time.ts';
import { onlyAlert, onlyError, recordAt } from '../../support/raw-records.ts';

const noon = Date.UTC(2024, 5, 1, 12);
const dayMs = 86_400_000;

describe('a time is understood', () => {
  it.each([
    ['with Z', '2024-06-01T12:00:00Z', noon],
    ['with a small t and z', '2024-06-01t12:00:00z', noon],
    ['with an offset', '2024-06-01T14:30:00+02:30', noon],
    ['with an offset without a colon', '2024-06-01T07:00:00-0500', noon],
    ['with an offset of hours', '2024-06-01T14:00:00+02', noon],
    ['with nanoseconds, of which milliseconds stay', '2024-06-01T12:00:00.123456789Z', noon + 123],
    ['with one decimal', '2024-06-01T12:00:00.5Z', noon + 500],
    ['with a comma for the decimals', '2024-06-01T12:00:00,25Z', noon + 250],
    ['with a space instead of T', '2024-06-01 12:00:00Z', noon],
    ['without a zone, as UTC', '2024-06-01T12:00:00', noon],
    ['without seconds', '2024-06-01T12:00Z', noon],
    ['as a date alone', '2024-06-01', noon - dayMs / 2],
    ['on a leap day', '2024-02-29T00:00:00Z', Date.UTC(2024, 1, 29)],
    ['in a leap second, as the next minute', '2016-12-31T23:59:60Z', Date.UTC(2017, 0, 1)],
    ['as epoch milliseconds', noon, noon],
    ['as epoch milliseconds in a text', String(noon), noon],
    ['as milliseconds with decimals, which are cut off', noon + 0.9, noon],
  ])('%s', (_, value, expected) => {
    expect(parseTime(value)).toBe(expected);
  });
});

describe('a time is not understood', () => {
  it.each([
    ['on 30 February', '2024-02-30T00:00:00Z'],
    ['on 29 February of a common year', '2023-02-29'],
    ['in month 13', '2024-13-01'],
    ['on day 0', '2024-06-00'],
    ['at 24 hours', '2024-06-01T24:00:00Z'],
    ['at minute 60', '2024-06-01T12:60:00Z'],
    ['in a zone that is nowhere', '2024-06-01T12:00:00+99:00'],
    ['as RFC 1123, which is not ISO 8601', 'Sat, 01 Jun 2024 12:00:00 GMT'],
    ['as a word', 'now'],
    ['as a hexadecimal number', '0x18fd'],
    ['as a boolean', true],
    ['as a list', [noon]],
  ])('%s', (_, value) => {
    expect(parseTime(value)).toBeNaN();
    expect(onlyError({ name: 'x', observedAt: value })).toMatch(
      /^record\.invalid-time: observedAt: .* is neither ISO 8601 nor epoch milliseconds$/,
    );
  });
});

describe('a time is held against the time of its record', () => {
  it.each([
    [
      'seconds are named as such',
      'observedAt',
      noon / 1000,
      'observedAt: 1717243200 looks like seconds: multiply by 1000',
    ],
    [
      'seconds in a text are named as such',
      'startsAt',
      String(noon / 1000),
      'looks like seconds: multiply by 1000',
    ],
    ['microseconds are named as such', 'observedAt', noon * 1e3, 'looks like microseconds: divide by 1000'],
    ['nanoseconds are named as such', 'observedAt', noon * 1e6, 'looks like nanoseconds: divide by 1000000'],
    ['zero is too early', 'observedAt', 0, 'lies before the year 2000'],
    ['1999 is too early', 'startsAt', '1999-12-31T23:59:59Z', 'lies before the year 2000'],
    ['a negative time is too early', 'startsAt', -1, 'lies before the year 2000'],
    [
      'two days ahead is too late for an observation',
      'observedAt',
      recordAt + 2 * dayMs,
      'lies more than a day after the record',
    ],
    [
      'two days ahead is too late for a start',
      'startsAt',
      recordAt + 2 * dayMs,
      'lies more than a day after the record',
    ],
    [
      'twenty years ahead is too late for an end',
      'endsAt',
      '2044-06-01',
      'lies more than ten years after the record',
    ],
    [
      'the year 9999 is too late',
      'observedAt',
      '9999-12-31T23:59:59Z',
      'lies more than a day after the record',
    ],
  ])('%s', (_, field, value, error) => {
    expect(onlyError({ name: 'x', [field]: value })).toContain(`record.invalid-time: ${field}: `);
    expect(onlyError({ name: 'x', [field]: value })).toContain(error);
  });

  it.each([
    ['a day ahead is fine for an observation', 'observedAt', recordAt + dayMs],
    ['nine years ahead is fine for an end', 'endsAt', Date.UTC(2033, 5, 1)],
    ['the first moment of 2000 is fine', 'startsAt', Date.UTC(2000, 0, 1)],
  ] as const)('%s', (_, field, value) => {
    expect(onlyAlert({ name: 'x', [field]: value })[field]).toBe(value);
  });

  it('a missing, null or empty time is none', () => {
    const { observedAt, startsAt, endsAt } = onlyAlert({ name: 'x', startsAt: null, endsAt: '' });
    expect([observedAt, startsAt, endsAt]).toEqual([null, null, null]);
  });
});
