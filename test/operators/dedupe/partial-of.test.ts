import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addFresh, count } from '../../../operators/dedupe/fresh.ts';
import { noId } from '../../../operators/dedupe/newest-id.ts';
import { NumberLists, noNumbers } from '../../../operators/dedupe/number-lists.ts';
import { partialOf } from '../../../operators/dedupe/partial-of.ts';
import type { Run } from '../../../operators/dedupe/run.ts';
import { codecs, PackedHead, packed, packSubject } from '../../../schemas/avro/index.ts';
import type { Fingerprint } from '../../../schemas/brand.ts';

const cell = 1_764_000_000_000;
const cellMs = 300_000;
const head = new PackedHead(
  packed({
    ...{ tenant: 't', source: 's', name: 'n', severity: 'high', generatorUrl: '' },
    ...{ labels: { host: 'h' }, annotations: {} },
  }),
);
const names = {
  ...{ fingerprint: 'f' as Fingerprint, fingerprintRule: 'default', domain: 't' },
  ...{ contentHash: 'c', watched: 'w', droppedBy: '' },
  ending: 'explicit' as const,
};
const subject = packSubject({ ...names, head });

type Seen = readonly (readonly [distance: number, value: number | null])[];

function runOf(seen: Seen, all: Partial<Run> = {}): Run {
  const lists = new NumberLists();
  const run: Run = {
    ...names,
    ...noId,
    ...noNumbers,
    ...{ lists, shared: { start: cell, lists } },
    ...{ subject, head, isLatest: true, kin: null, markedIn: -1, slot: -1, rowKey: '7/0', shard: 3 },
    ...{
      id: { offset: 7, n: 0 },
      offset: 7,
      n: 0,
      vOffset: 9,
      vN: 1,
      sourceId: 'id-1',
      status: 'firing',
      emittedCount: 0,
    },
    ...{
      startsAt: null,
      resolvedAt: null,
      cell,
      cellNumber: cell / cellMs,
      cellMs,
      count: seen.length,
      segments: [],
      gridMs: 1,
    },
    ...{ minutes: [], firstIn: 0, lastIn: cellMs - 1 },
    ...all,
    get fresh() {
      return lists.numbers(this);
    },
  };
  for (const [distance, value] of seen) addFresh(run, distance, value);
  return run;
}

const value = fc.oneof(
  fc.constant(null),
  fc.constantFrom(0, -0, -1.5, 1e300, 1.7e308),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);
const seen = fc.array(fc.tuple(fc.nat(cellMs - 1), value), { maxLength: 120 });
const inOrder = seen.map((all) => [...new Map(all)].sort(([a], [b]) => a - b));

/** Written from its fields alone. */
const plainly = (run: Run): Buffer => {
  const { segments, minutes, values, subject: _subject, ...fields } = partialOf(run);
  return codecs.reduced.encode({ ...names, ...fields, segments, minutes, values });
};

describe('what is stated of a run', () => {
  it('is written from the numbers that wait as it is from what they are when counted', () => {
    fc.assert(
      fc.property(fc.oneof(seen, inOrder), (all) => {
        const run = runOf(all);
        expect(codecs.reduced.encode(partialOf(run))).toEqual(plainly(run));
      }),
    );
  });

  it('needs no counting where observations wait in order', () => {
    expect(
      partialOf(
        runOf([
          [5, null],
          [60_000, 1.5],
        ]),
      ).sightings,
    ).not.toBeNull();
    expect(
      partialOf(
        runOf([
          [5, null],
          [5, 1.5],
        ]),
      ).sightings,
    ).toBeNull();
    expect(partialOf(runOf(Array.from({ length: 65 }, (_, t) => [t, null]))).sightings).toBeNull();
    const counted = runOf([]);
    count(counted, { t: cell + 4, value: null, endsAt: cell + 9 });
    expect(partialOf(counted)).toMatchObject({ sightings: null, endsAt: cell + 9 });
  });

  it('stays as it was when the run goes on', () => {
    const run = runOf([
      [1, 2],
      [70_000, null],
    ]);
    const partial = partialOf(run);
    const before = codecs.reduced.encode(partial);
    for (let n = 0; n < 200; n += 1) addFresh(run, 80_000 + n, n);
    expect(codecs.reduced.encode(partial)).toEqual(before);
    expect(partial.segments.map(({ first }) => first - cell)).toEqual([1, 70_000]);
  });

  it('has the end that a resolved run names', () => {
    const run = runOf([[9, null]], { status: 'resolved', resolvedAt: cell + 9 });
    expect(partialOf(run)).toMatchObject({ status: 'resolved', endsAt: cell + 9, count: 1 });
  });
});
