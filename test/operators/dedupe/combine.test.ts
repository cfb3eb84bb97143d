import { describe, expect, it } from 'vitest';
import type { Partial } from '../../../schemas/reduced.ts';
import { advance, partials, send, start, times } from '../../support/combining.ts';
import { identified, minute, noon, poke, type SentDraft, second, sent } from '../../support/dedupe-flow.ts';

describe('combine states a run', () => {
  it('at its first sight', () => {
    const driven = start();
    send(driven, [{ at: 5 * second, value: 3 }]);
    expect(partials(driven)).toMatchObject([
      {
        count: 1,
        id: { offset: 0, n: 0 },
        v: { offset: 0, n: 0 },
        cell: noon,
        first: noon + 5_000,
        status: 'firing',
      },
    ]);
  });

  it('under its correlation domain', () => {
    const driven = start();
    send(driven, [{ at: 0 }]);
    expect(driven.events[0]).toMatchObject({ kind: 'output', topic: 'reduced', key: 'acme' });
  });

  it('not again for its repeats, until the cell is over', () => {
    const driven = start();
    send(driven, times(10));
    expect(partials(driven)).toHaveLength(1);
    advance(driven, 6 * minute + 1);
    expect(partials(driven).map(({ count }) => count)).toEqual([1, 10]);
  });

  it('only after the last instant at which its cell takes alerts', () => {
    const driven = start();
    send(driven, times(2));
    advance(driven, 6 * minute);
    expect(partials(driven)).toHaveLength(1);
  });

  it('not again when nothing came after its first sight', () => {
    const driven = start();
    send(driven, [{ at: 0 }]);
    advance(driven, 10 * minute);
    expect(partials(driven)).toHaveLength(1);
  });

  it('again each time its count grew sixteenfold', () => {
    const driven = start();
    send(driven, times(300));
    expect(partials(driven).map(({ count }) => count)).toEqual([1, 16, 256]);
  });

  it('again when the status came back', () => {
    const driven = start();
    send(driven, [{ at: 0 }, { at: 1, status: 'resolved' }, { at: 2 }, { at: 3, status: 'resolved' }]);
    expect(partials(driven).map(({ status, count }) => `${status} ${count}`)).toEqual([
      'firing 1',
      'resolved 1',
      'firing 2',
      'resolved 2',
    ]);
  });

  it('again when a watched field came back', () => {
    const driven = start();
    send(driven, [{ at: 0 }, { at: 1, severity: 'low' }, { at: 2 }]);
    expect(partials(driven).map(({ count }) => count)).toEqual([1, 1, 2]);
  });

  it('not again when two replicas with different starts take turns', () => {
    const driven = start();
    send(
      driven,
      times(100).map(({ at }, n) => ({ at: at + 10, startsAt: n % 2 })),
    );
    expect(partials(driven).map(({ count }) => count)).toEqual([1, 1, 15, 16]);
  });

  it('again before the first word about the next cell, so that RELATE sees no silence between them', () => {
    const driven = start();
    send(driven, [{ at: 0 }, { at: 4 * minute }, { at: 8 * minute }]);
    expect(partials(driven).map(({ cell, count }) => [cell - noon, count])).toEqual([
      [0, 1],
      [0, 2],
      [5 * minute, 1],
    ]);
  });

  it('again when a timeout source fires after it was over by its own word', () => {
    const driven = start();
    const timeout = { ending: 'timeout' } as const;
    send(driven, [
      { at: 0, endsAt: second, ...timeout },
      { at: 2 * second, endsAt: 3 * second, ...timeout },
    ]);
    expect(partials(driven).map(({ count }) => count)).toEqual([1, 2]);
  });

  it('at once when the shard is idle and asks for what is held back', () => {
    const driven = start();
    send(driven, [...times(3), { at: 4, name: 'DiskFull' }, { at: 5, name: 'DiskFull' }]);
    poke(driven, noon + 10);
    expect(partials(driven).map(({ count }) => count)).toEqual([1, 1, 3, 2]);
    poke(driven, noon + 11);
    expect(partials(driven)).toHaveLength(4);
  });

  it('many of them in the order in which they began, whatever order they were restored in', () => {
    const names = Array.from({ length: 50 }, (_, i) => `Alert${i}`);
    const driven = start();
    send(
      driven,
      [...names, ...names].map((name, at) => ({ at, name })),
    );
    const again = driven.restart();
    poke(again, noon + 200);
    expect(partials(again).map(({ head, count }) => `${head.name} x${count}`)).toEqual(
      names.map((name) => `${name} x2`),
    );
    again.advance({ at: noon + 60 * minute });
    expect(partials(again)).toHaveLength(50);
    expect([again.rows('runs'), again.host.queues.at.size]).toEqual([0, 0]);
  });

  it('many of a cell that is over in the order in which they began, whatever order they were restored in', () => {
    const names = Array.from({ length: 200 }, (_, i) => `Alert${i}`);
    const driven = start();
    send(
      driven,
      names.flatMap((name, at) =>
        at % 3 === 0
          ? [{ at, name }]
          : [
              { at, name },
              { at, name },
            ],
      ),
    );
    const again = driven.restart();
    again.advance({ at: noon + 60 * minute });
    expect(partials(again).map(({ head, count }) => `${head.name} x${count}`)).toEqual(
      names.filter((_, at) => at % 3 !== 0).map((name) => `${name} x2`),
    );
    expect([again.rows('runs'), again.host.queues.at.size]).toEqual([0, 0]);
  });

  it('as a copy that later alerts do not change', () => {
    const driven = start();
    send(driven, [{ at: 0, value: 1 }]);
    const before = JSON.stringify(partials(driven)[0]);
    send(driven, times(5, 1, { value: 2 }), 1);
    expect(JSON.stringify(partials(driven)[0])).toBe(before);
  });
});

describe('a run', () => {
  const last = (drafts: readonly SentDraft[]): Partial => {
    const driven = start();
    send(driven, drafts);
    advance(driven, 20 * minute);
    const partial = partials(driven).at(-1);
    if (partial === undefined) throw new Error('nothing was stated');
    return partial;
  };

  it('keeps each distinct time apart while there are few', () => {
    const { segments } = last([{ at: 7 }, { at: 3, observedAt: 3 }, { at: 7 }]);
    expect(segments.map(({ first, last: end, count }) => [first - noon, end - noon, count])).toEqual([
      [3, 3, 1],
      [7, 7, 2],
    ]);
  });

  it('keeps more than 64 distinct times on a grid of seconds', () => {
    const { segments, count } = last(times(150, 20));
    expect(segments.map(({ first, last: end }) => [first - noon, end - noon])).toEqual([
      [0, 980],
      [1_000, 1_980],
      [2_000, 2_980],
    ]);
    expect(count).toBe(150);
  });

  it('is the same whatever order its alerts came in', () => {
    const drafts = times(120, 20, { value: 1 }).map(({ at, value }, n) => ({
      at: 3_000,
      observedAt: at,
      value: value ?? n,
    }));
    const { v: _v, id: _id, ...forth } = last(drafts);
    const { v: _w, id: _jd, ...back } = last([...drafts].reverse());
    expect(back).toEqual(forth);
  });

  it('counts its minutes with values and sketch', () => {
    const { minutes, values } = last([
      { at: 0, value: 1 },
      { at: minute, value: 5 },
      { at: minute + 1, value: 3 },
    ]);
    expect(minutes.map(({ minute: from, count, values: seen }) => [from - noon, count, seen?.sum])).toEqual([
      [0, 1, 1],
      [minute, 2, 8],
    ]);
    expect(minutes[1]?.sketch?.counts).toEqual([1, 1]);
    expect(values).toMatchObject({ count: 3, sum: 9, min: 1, max: 5, last: 3 });
  });

  it('takes its text from the newest observation, not from the newest arrival', () => {
    const { head } = last([
      { at: 10, observedAt: 10, text: 'new' },
      { at: 11, observedAt: 5, text: 'old' },
    ]);
    expect(head.annotations).toEqual({ text: 'new' });
  });

  it('says nothing of how its source ends periods in its text', () => {
    expect(last([{ at: 0 }]).head).not.toHaveProperty('ending');
  });

  it('ends with its cell', () => {
    const driven = start();
    send(driven, [{ at: 5 * minute - 1 }, { at: 5 * minute }]);
    expect(partials(driven).map(({ cell }) => cell - noon)).toEqual([0, 5 * minute]);
  });

  it('of a start beyond the reach does not change with every alert', () => {
    const driven = start();
    send(driven, times(5, second, { startsAt: -100 * 3_600_000 }));
    expect(partials(driven)).toHaveLength(1);
  });

  it('of resolves that name their end is one for each end', () => {
    const driven = start();
    const resolved = { status: 'resolved' } as const;
    send(driven, [
      { at: 10, endsAt: 5, ...resolved },
      { at: 11, endsAt: 5, ...resolved },
      { at: 12, endsAt: 6, ...resolved },
    ]);
    expect(driven.rows('runs')).toBe(2);
    expect(partials(driven).map(({ endsAt, count }) => [(endsAt ?? 0) - noon, count])).toEqual([
      [5, 1],
      [5, 2],
      [6, 1],
    ]);
  });

  it('takes alerts until then, which a clock that stepped back has stamped, and has a last word about them', () => {
    const driven = start();
    send(driven, [{ at: 0 }]);
    advance(driven, 6 * minute + 1);
    driven.send(identified(sent({ at: 6 * minute - second, observedAt: second }), 1));
    expect(partials(driven).map(({ count }) => count)).toEqual([1]);
    advance(driven, 6 * minute + 1 + second);
    expect(partials(driven).map(({ count }) => count)).toEqual([1, 2]);
    expect(driven.rows('runs')).toBe(0);
  });

  it('is forgotten slackMs after its last word', () => {
    const driven = start();
    send(driven, [{ at: 0 }]);
    advance(driven, 6 * minute + 1);
    expect(driven.rows('runs')).toBe(1);
    advance(driven, 6 * minute + 1 + second);
    expect(driven.rows('runs')).toBe(0);
    expect([...driven.host.queues.at.all()]).toEqual([]);
  });
});
