import type { Schema } from 'avsc';
import { describe, expect, it } from 'vitest';
import { combine, fold } from '../../../operators/dedupe/index.ts';
import { NumberLists } from '../../../operators/dedupe/number-lists.ts';
import { liveRun, type Run, type StoredRun } from '../../../operators/dedupe/run.ts';
import type { Kinded } from '../../../operators/operator.ts';
import { rowCodecOf } from '../../../schemas/avro/codec.ts';
import {
  hour,
  identified,
  minute,
  noon,
  reduceAll,
  type SentDraft,
  sent,
} from '../../support/dedupe-flow.ts';
import { type Driven, drive } from '../../support/operator-host.ts';

const drafts: readonly SentDraft[] = [
  ...Array.from({ length: 90 }, (_, n) => ({ at: n * 100, value: n, startsAt: -5 })),
  { at: 10 * minute, startsAt: -5, endsAt: 20 * minute, ending: 'timeout' },
  { at: 11 * minute, status: 'resolved', startsAt: -5, endsAt: 11 * minute, text: 'über' },
  { at: 12 * minute, droppedBy: 'noise' },
  { at: 40 * minute },
  { at: 41 * minute, severity: 'critical' },
];

/** What a row does not hold: `kind` says nothing in it, and a run in memory knows a little more. */
const unstored = [
  ...['kind', 'ending', 'isLatest', 'markedIn', 'run', 'kin', 'slot', 'identity', 'identifiedUnder'],
  ...['shared', 'listAt', 'listRoom', 'listLength', 'idBytes', 'idFrom', 'idRoom', 'idLength', 'idText'],
];

/** Rows of an operator after Avro, and as they are. */
function roundTrips(
  { host }: Driven<Kinded>,
  specs: Readonly<Record<string, { readonly schema: Schema }>>,
  live = (row: unknown): unknown => row,
) {
  return Object.entries(specs).flatMap(([name, { schema }]) => {
    const codec = rowCodecOf(schema);
    const rows = [...(host.stages[0]?.tables[name]?.table.values() ?? [])];
    return rows.map((row) => ({
      name,
      row: plain(row),
      again: plain(live(codec.decode(codec.encode(row)))),
    }));
  });
}

const plain = (row: unknown): unknown =>
  JSON.parse(
    JSON.stringify(shown(row), (key, value: unknown) => (unstored.includes(key) ? undefined : value)),
  );

/** What a run tells of itself when it is asked is as much of its row as what lies in it. */
function shown(row: unknown): unknown {
  const { sourceId, fresh, id, cell, subject } = row as Partial<Run>;
  return { ...(row as object), sourceId, fresh, id, cell, subject };
}

const restored = (row: StoredRun): Run =>
  liveRun(row, { windowMs: 300_000 }, { start: row.cell, lists: new NumberLists() });

describe('rows', () => {
  it('of combine survive Avro', () => {
    const driven = drive(combine);
    for (const [n, draft] of drafts.entries()) driven.send(identified(sent(draft), n), noon + draft.at);
    const rows = roundTrips(driven as unknown as Driven<Kinded>, combine.tables, (row) =>
      restored(row as StoredRun),
    );
    expect(rows.length).toBeGreaterThan(1);
    for (const { row, again } of rows) expect(again).toEqual(row);
  });

  it('of fold survive Avro, in every table', () => {
    const [log = []] = reduceAll(
      [...drafts, { at: 60 * minute, observedAt: 0 }].map((draft) => sent(draft)),
      { idleMs: hour },
    );
    const driven = drive(fold);
    for (const { fact, at } of log) {
      if (at > noon + 45 * minute) break;
      if (fact.kind === 'claim') driven.advance({ at, complete: fact.complete });
      else driven.send(fact, at);
    }
    const [late] = log.filter(({ fact }) => fact.kind === 'late');
    if (late !== undefined && late.fact.kind !== 'claim') driven.send(late.fact, late.at);
    const rows = roundTrips(driven as unknown as Driven<Kinded>, fold.tables);
    expect(new Set(rows.map(({ name }) => name))).toEqual(new Set(Object.keys(fold.tables)));
    for (const { row, again } of rows) expect(again).toEqual(row);
  });
});
