import avro from 'avsc';
import { describe, expect, it } from 'vitest';
import { tables } from '../../../operators/suppress/rows.ts';
import { enrichedAlert } from '../../support/tellings.ts';
import { matchersOf } from './scene.ts';

describe('rows', () => {
  const hushed = {
    ...enrichedAlert({ mergedInto: 'o2' as never, startsAt: 5, value: 1.5 }),
    valueStats: { last: 1, min: 0, max: 2, mean: 1 },
    incident: { id: 'i1', generation: 1, confidence: 0.5, contributions: [{ name: 'time', weight: 0.5 }] },
    score: { value: 0.9, features: [{ name: 'rate', weight: 1 }] },
    suppression: { kind: 'silence', rule: 'x', location: 'f:1', since: 1, until: null },
  };
  it.each<[keyof typeof tables, object]>([
    [
      'controls',
      {
        kind: 'silence',
        tenant: 't',
        id: 'i',
        location: 'l',
        startsAt: 0,
        endsAt: 9,
        matchers: matchersOf('a=~"b.+"'),
      },
    ],
    [
      'sources',
      { tenant: 't', source: 's', name: 'n', severity: 'high', labels: { a: 'b' }, service: '', since: 3 },
    ],
    ['hushed', hushed],
    ['hushed', enrichedAlert()],
    [
      'storms',
      { starts: [1, 2], counts: [3, 4], since: null, calmSince: 5, told: 1, suppressed: 2, names: 1 },
    ],
    ['stormNames', { tenant: 't', told: 1 }],
  ])('of %s are stored and read back as they are', (name, row) => {
    const type = avro.Type.forSchema(tables[name].schema);
    expect(JSON.parse(JSON.stringify(type.fromBuffer(type.toBuffer(row))))).toEqual(
      JSON.parse(JSON.stringify(row)),
    );
  });
});
