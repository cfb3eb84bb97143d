import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Aggregate } from '../../../schemas/aggregate.ts';
import { codecs } from '../../../schemas/avro/index.ts';
import { toJson } from '../../../schemas/json/index.ts';
import {
  anyAggregate,
  anyControl,
  anyDecision,
  anyEnrichedAlert,
  anyIncident,
  anyRawAlert,
} from '../../support/arbitraries.ts';
import { anyReduced } from '../../support/reduced-arbitraries.ts';

const aggregate: Aggregate = {
  tenant: 'default',
  service: 'cart',
  severity: 'high',
  name: 'Errors',
  windowStart: 60_000,
  windowEnd: 120_000,
  count: 3,
  valueCount: 0,
  sum: 0,
  min: null,
  max: null,
  p50: null,
  p90: null,
  p99: null,
  revision: 1,
  isFinal: false,
  origin: { shard: 0, offset: 7, n: 1 },
};

/** JSON has one zero. */
const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

const plain = [
  ['raw', anyRawAlert],
  ['enriched', anyEnrichedAlert],
  ['suppressed', anyEnrichedAlert],
  ['incidents', anyIncident],
  ['aggregates', anyAggregate],
  ['decisions', anyDecision],
  ['reduced', anyReduced.filter(({ kind }) => kind !== 'control')],
] as const;

describe.each(plain)('%s as JSON', (topic, arbitrary) => {
  // The table pairs topic and arbitrary; the type system loses that in a loop.
  const write = (value: unknown): string => toJson(topic, value as never);

  test('is the value itself', () => {
    fc.assert(
      fc.property(arbitrary as fc.Arbitrary<unknown>, (value) => {
        expect(JSON.parse(write(value))).toEqual(asJson(value));
      }),
    );
  });

  test('is one line', () => {
    fc.assert(
      fc.property(arbitrary as fc.Arbitrary<unknown>, (value) => {
        expect(write(value)).not.toMatch(/[\n\r]/);
      }),
    );
  });

  test('does not depend on the order its fields were set in', () => {
    fc.assert(
      fc.property(arbitrary as fc.Arbitrary<unknown>, (value) => {
        expect(write(turned(value))).toBe(write(value));
      }),
    );
  });
});

/** The same value with every object's keys set in reverse order. */
function turned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(turned);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, inner]) => [key, turned(inner)])
      .reverse(),
  );
}

test('an aggregate has its fields in the order of the schema, times in milliseconds and nulls kept', () => {
  expect(toJson('aggregates', aggregate)).toBe(
    '{"tenant":"default","service":"cart","severity":"high","name":"Errors","windowStart":60000,"windowEnd":120000,' +
      '"count":3,"valueCount":0,"sum":0,"min":null,"max":null,"p50":null,"p90":null,"p99":null,"revision":1,' +
      '"isFinal":false,"origin":{"shard":0,"offset":7,"n":1}}',
  );
});

test('a sum that is no number for JSON is null', () => {
  expect(JSON.parse(toJson('aggregates', { ...aggregate, sum: Number.POSITIVE_INFINITY })).sum).toBe(null);
});

test('a control of any kind has all columns', () => {
  const columns = codecs.control.schema.fields.map(({ name }) => name);
  fc.assert(
    fc.property(anyControl, (control) => {
      const row = JSON.parse(toJson('control', control));
      expect(Object.keys(row)).toEqual(columns);
      expect(row).toMatchObject(asJson(control) as object);
    }),
  );
});

test('a copied control names its kind and its index before the control', () => {
  const control = { kind: 'withdrawal', id: 'w', tenant: 't', createdBy: 'me', comment: '' } as const;
  const text = toJson('reduced', { kind: 'control', index: 4, control });
  expect(text).toMatch(/^\{"kind":"control","index":4,"control":\{"kind":"withdrawal","id":"w",/);
});
