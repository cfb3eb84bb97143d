import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MemberIndex } from '../../../operators/correlate/member-index.ts';
import { traitKeysOf } from '../../../operators/correlate/read-traits.ts';
import type { MemberRow } from '../../../operators/correlate/rows.ts';
import type { Fingerprint, IncidentId } from '../../../schemas/brand.ts';

const member: fc.Arbitrary<MemberRow> = fc
  .record({
    incident: fc.constantFrom('i1', 'i2'),
    fingerprint: fc.constantFrom('f1', 'f2', 'f3'),
    service: fc.constantFrom('', 'db', 'web'),
    isFarReaching: fc.boolean(),
    label: fc.constantFrom('zone=a', 'zone=b'),
    template: fc.constantFrom('', 'disk full', 'slow'),
    startedAt: fc.integer({ min: 0, max: 5 }),
    endedAt: fc.option(fc.integer({ min: 6, max: 9 })),
    isJoined: fc.boolean(),
  })
  .map(({ incident, fingerprint, label, isJoined, ...rest }) => ({
    ...{ tenant: 't', generation: 1, name: 'n', severity: 'high' as const, newsAt: rest.startedAt },
    ...{ incident: incident as IncidentId, fingerprint: fingerprint as Fingerprint, labels: [label] },
    ...{ isNode: rest.service !== '', confidence: isJoined ? 700 : 1_000, evidence: isJoined ? [700] : [] },
    ...rest,
  }));

const act = fc.record({
  kind: fc.constantFrom('set', 'set', 'end', 'severe', 'remove', 'drop'),
  occurrence: fc.constantFrom('o1', 'o2', 'o3', 'o4'),
  row: member,
});

/** Everything that can be asked of an index. */
function said(index: MemberIndex, rows: Iterable<MemberRow>) {
  const keys = new Set([...rows].flatMap((row) => traitKeysOf(row).members));
  const shapes = ['i1', 'i2'].map((incident) => {
    const shape = index.shape(incident);
    return shape && { ...shape, services: new Map([...shape.services].sort()) };
  });
  return { shapes, holders: [...keys].sort().map((key) => [key, index.holders(key)]) };
}

describe('MemberIndex', () => {
  test.each([true, false])(
    'is, after any history, what its rows make of it (templates posted: %s)',
    (isTemplatePosted) => {
      fc.assert(
        fc.property(fc.array(act, { maxLength: 25 }), (acts) => {
          const index = new MemberIndex({ isTemplatePosted });
          const rows = new Map<string, MemberRow>();
          const seen: MemberRow[] = [];
          for (const { kind, occurrence, row } of acts) {
            seen.push(row);
            const known = rows.get(occurrence);
            if (kind === 'drop') {
              index.drop(row.incident);
              for (const [name, { incident }] of rows) if (incident === row.incident) rows.delete(name);
            } else if (kind === 'remove' && known !== undefined) {
              index.remove(occurrence, known);
              rows.delete(occurrence);
            } else if (known !== undefined) {
              const { endedAt, startedAt } = row;
              const moved = {
                startedAt: Math.min(known.startedAt, startedAt),
                newsAt: Math.min(known.newsAt, startedAt),
              };
              const changed =
                kind === 'end' ? { endedAt } : kind === 'severe' ? { isFarReaching: true } : moved;
              const next: MemberRow = { ...known, ...changed };
              index.replace(occurrence, known, next);
              rows.set(occurrence, next);
            } else if (kind === 'set') {
              index.add(occurrence, row);
              rows.set(occurrence, row);
            }
          }
          const anew = new MemberIndex({ isTemplatePosted });
          for (const [occurrence, row] of rows) anew.add(occurrence, row);
          expect(said(index, seen)).toEqual(said(anew, seen));
        }),
        { numRuns: 500 },
      );
    },
  );

  test('knows who holds a template only where somebody asks for it', () => {
    const [row] = fc.sample(member, { numRuns: 1, seed: 1 });
    if (row === undefined) throw new Error('no sample');
    const held = { ...row, template: 'disk full' };
    const { template, fingerprint } = traitKeysOf(held);
    const [asked, unasked] = [true, false].map((isTemplatePosted) => {
      const index = new MemberIndex({ isTemplatePosted });
      index.add('o1', held);
      expect(index.holders(fingerprint)).toHaveLength(1);
      return index.holders(template);
    });
    expect(asked).toHaveLength(1);
    expect(unasked).toEqual([]);
  });
});
