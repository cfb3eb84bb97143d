import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keepId, longestInBytes, noId, textOfId } from '../../../operators/dedupe/newest-id.ts';
import { NumberLists } from '../../../operators/dedupe/number-lists.ts';
import { partialOf } from '../../../operators/dedupe/partial-of.ts';
import { newRun, observe } from '../../../operators/dedupe/run.ts';
import type { SeenTail } from '../../../operators/events.ts';
import { identified, minute, noon, sent } from '../../support/dedupe-flow.ts';

const still = { status: 'firing', observedAt: null, startsAt: null, endsAt: null, value: null } as const;

const asText = (id: string): SeenTail => ({ ...still, id });

/** As it lies among other bytes, which are used again afterwards. */
function lying(id: string): { readonly tail: SeenTail; readonly spoil: () => void } {
  const bytes = Buffer.from(`<${id}>`, 'latin1');
  const tail = { ...still, id, idLies: { bytes, from: 1, to: 1 + id.length } };
  return { tail, spoil: () => bytes.fill('#') };
}

const ascii = fc.string({ unit: 'binary-ascii', maxLength: longestInBytes + 9 });
const anyId = fc.oneof(
  fc.record({ id: ascii, lies: fc.constant(true) }),
  fc.record({ id: fc.string({ unit: 'binary', maxLength: 20 }), lies: fc.constant(false) }),
);

describe('the id of the newest observation', () => {
  it('is the one that was kept last, of each run its own', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(3), anyId), { maxLength: 60 }), (all) => {
        const runs = [0, 1, 2, 3].map(() => ({ ...noId }));
        const kept = ['', '', '', ''];
        for (const [n, { id, lies }] of all) {
          const { tail, spoil } = lies ? lying(id) : { tail: asText(id), spoil: () => {} };
          keepId(runs[n] ?? { ...noId }, tail);
          spoil();
          kept[n] = id;
        }
        expect(runs.map(textOfId)).toEqual(kept);
      }),
    );
  });

  it('is kept without a text where it lies in bytes, and takes no more room while it fits', () => {
    const run = { ...noId };
    keepId(run, lying('a-1').tail);
    const { idBytes, idFrom } = run;
    keepId(run, lying('a-12345').tail);
    expect(run).toEqual({ idBytes, idFrom, idRoom: 8, idLength: 7, idText: '' });
  });

  it('is the greater one of two at one time, whichever way and in whichever order they came', () => {
    const draft = identified(sent({ at: minute }), 7);
    const sighted = { t: noon + minute, cell: noon, cellNumber: 1, startsAt: null, endsAt: null };
    const greatest = (tails: readonly SeenTail[]): string => {
      const run = newRun(draft, sighted, {
        cellMs: 5 * minute,
        shared: { start: noon, lists: new NumberLists() },
      });
      for (const tail of tails) observe(run, { ...draft, tail }, sighted);
      return partialOf(run).sourceId;
    };
    for (const [less, greater] of [
      [lying('10').tail, lying('9').tail],
      [lying('10').tail, asText('9')],
      [asText('10'), lying('9').tail],
      // As JavaScript compares texts, whatever stands in them.
      [asText('\u{10000}'), asText('\u{ffff}')],
    ] as const)
      expect([greatest([less, greater]), greatest([greater, less])]).toEqual([greater.id, greater.id]);
  });
});
