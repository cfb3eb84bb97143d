import { describe, expect, it } from 'vitest';
import type { Assigned } from '../../../operators/events.ts';
import { send, start, stated } from '../../support/combining.ts';
import { minute, noon } from '../../support/dedupe-flow.ts';

describe('a late alert', () => {
  it('passes alone and leaves no state', () => {
    const driven = start();
    send(driven, [{ at: 10 * minute, observedAt: 0, value: 2 }]);
    expect(stated(driven)).toMatchObject([{ kind: 'late', at: noon, value: 2, place: { offset: 0, n: 0 } }]);
    expect(driven.rows('runs')).toBe(0);
  });

  it('is one whose cell ended more than latenessMs before its own record', () => {
    const driven = start();
    send(driven, [
      { at: 6 * minute, observedAt: 0 },
      { at: 6 * minute + 1, observedAt: 0 },
    ]);
    expect(stated(driven).map(({ kind }) => kind)).toEqual(['partial', 'late']);
  });

  it('that a rule drops is counted by the time of the log, so it is never late', () => {
    const driven = start();
    send(driven, [{ at: 10 * minute, observedAt: 0, droppedBy: 'noise' }]);
    expect(stated(driven)).toMatchObject([{ kind: 'partial', droppedBy: 'noise', cell: noon + 10 * minute }]);
  });
});

describe('with traceAssignments', () => {
  it('each alert is assigned to its run, and a late one to none', () => {
    const driven = start({ traceAssignments: true });
    send(driven, [{ at: 0 }, { at: 1 }, { at: 10 * minute, observedAt: 2 }]);
    const assigned = driven.events.filter((event): event is Assigned => event.kind === 'assigned');
    expect(assigned.map(({ place, run, t }) => [place.offset, run?.offset ?? null, t - noon])).toEqual([
      [0, 0, 0],
      [1, 0, 1],
      [2, null, 2],
    ]);
  });

  it('is off by default', () => {
    const driven = start();
    send(driven, [{ at: 0 }]);
    expect(driven.events.map(({ kind }) => kind)).toEqual(['output']);
  });
});
