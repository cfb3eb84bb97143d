import { describe, expect, it } from 'vitest';
import type { EnrichedAlert } from '../../../schemas/alert.ts';
import { alertOf, bench, minuteMs, secondMs, t0 } from './tellings.ts';

const on = (host: string, parts: object = {}) => alertOf({ labels: { host }, ...parts });

const again = (alert: EnrichedAlert, parts: Partial<EnrichedAlert>): EnrichedAlert => ({
  ...alert,
  ...parts,
});

describe('what a telling does to a membership', () => {
  it('a telling passes first, the incident it changed follows', () => {
    const { tell, driven } = bench();
    tell(on('a'));
    expect(driven.events.map(({ kind }) => kind)).toEqual(['telling', 'incident']);
  });

  it.each<[string, Partial<EnrichedAlert>]>([
    ['a reminder', { emitReason: 'reminder', lastSeen: t0 + 60 * minuteMs, count: 9 }],
    ['an update that changes nothing an incident shows', { emitReason: 'update', contentHash: 'other' }],
    ['a milder severity', { emitReason: 'update', severity: 'low' }],
    ['the end of one of two members', { emitReason: 'resolved', status: 'resolved', endsAt: t0 + minuteMs }],
  ])('%s changes no incident', (_, parts) => {
    const { tell, published } = bench();
    const alert = on('a', { name: 'Second', from: secondMs });
    tell(on('a', { name: 'First' }));
    tell(alert);
    const before = published().length;
    expect(tell(again(alert, parts), 2 * minuteMs).incident).not.toBeNull();
    expect(published()).toHaveLength(before);
  });

  it('a worse severity makes the incident worse, and it stays so', () => {
    const { tell, incidents } = bench();
    const alert = on('a', { severity: 'low' });
    tell(alert);
    tell(again(alert, { emitReason: 'update', severity: 'critical' }), minuteMs);
    expect(incidents()[0]).toMatchObject({ severity: 'critical', revision: 2 });
    tell(again(alert, { emitReason: 'update', severity: 'low' }), 2 * minuteMs);
    expect(incidents()[0]?.severity).toBe('critical');
  });

  it('a start that turns out to be earlier moves the start of the incident', () => {
    const { tell, incidents } = bench();
    const alert = on('a', { from: minuteMs });
    tell(alert);
    tell(again(alert, { emitReason: 'update', startsAt: t0 }), 2 * minuteMs);
    expect(incidents()[0]?.startedAt).toBe(t0);
  });

  it('a start ahead of the clock counts as now', () => {
    const { tell, incidents } = bench();
    const alert = on('a', { from: minuteMs });
    tell(alert, 0);
    expect(incidents()[0]?.startedAt).toBe(t0);
  });

  it.each<[string, Partial<EnrichedAlert>]>([
    ['resolved', { emitReason: 'resolved', status: 'resolved', endsAt: t0 + minuteMs }],
    ['timed out', { emitReason: 'timed-out', status: 'firing', endsAt: t0 + minuteMs }],
    ['final', { emitReason: 'final', isFinal: true, lastSeen: t0 + minuteMs }],
  ])('an occurrence told as %s is over, and so is its incident after a quiet while', (_, parts) => {
    const { tell, advance, incidents } = bench();
    const alert = on('a');
    tell(alert);
    tell(again(alert, parts), 2 * minuteMs);
    advance(7 * minuteMs);
    expect(incidents()[0]).toMatchObject({ state: 'resolved', endedAt: t0 + minuteMs });
  });

  it('an end is told once: the final summary after a resolve does not move it', () => {
    const { tell, end, advance, incidents } = bench();
    const alert = on('a');
    tell(alert);
    end(alert, minuteMs);
    tell(again(alert, { emitReason: 'final', isFinal: true, lastSeen: t0 + 3 * minuteMs }), 4 * minuteMs);
    advance(6 * minuteMs);
    expect(incidents()[0]).toMatchObject({ state: 'resolved', endedAt: t0 + minuteMs });
  });

  it.each(['resolved', 'final', 'reminder'] as const)(
    'a %s telling passes with its incident while the incident is known',
    (emitReason) => {
      const { tell } = bench();
      const alert = on('a');
      const first = tell(alert);
      expect(tell(again(alert, { emitReason }), minuteMs).incident?.id).toBe(first.incident?.id);
    },
  );

  it('the end of an occurrence that nobody knows passes without an incident', () => {
    const { end, incidents } = bench();
    expect(end(on('a'), minuteMs).incident).toBeNull();
    expect(incidents()).toEqual([]);
  });

  it('a reminder of an occurrence that nobody knows opens an incident: it fires', () => {
    const { tell, reasons } = bench();
    expect(tell(again(on('a'), { emitReason: 'reminder' })).incident).not.toBeNull();
    expect(reasons()).toEqual(['opened']);
  });
});

describe('a merged occurrence', () => {
  const lost = on('a', { name: 'Disk', from: 2 * minuteMs });
  const kept = on('a', { name: 'Disk' });
  const merged = again(lost, { emitReason: 'merged', mergedInto: kept.occurrence });

  it('hands its membership to the one it belongs to', () => {
    const { tell, end, driven } = bench();
    const opened = tell(lost);
    const passed = tell(merged, 3 * minuteMs);
    expect(passed.incident?.id).toBe(opened.incident?.id);
    expect(driven.rows('members')).toBe(1);
    expect(end(kept, 4 * minuteMs).incident?.id).toBe(opened.incident?.id);
  });

  it('leaves one member when both were members', () => {
    const { tell, incidents } = bench();
    const first = tell(kept);
    expect(tell(lost).incident?.id).toBe(first.incident?.id);
    expect(incidents()[0]?.alertCount).toBe(2);
    expect(tell(merged, 3 * minuteMs).incident?.id).toBe(first.incident?.id);
    expect(incidents()[0]?.alertCount).toBe(1);
  });

  it('ends the incident that it leaves empty, and passes with the other one', () => {
    const { tell, incidents, driven, advance } = bench({ joinAt: 1 });
    const first = tell(kept);
    const second = tell(lost);
    expect(second.incident?.id).not.toBe(first.incident?.id);
    expect(tell(merged, 3 * minuteMs).incident?.id).toBe(first.incident?.id);
    expect(incidents().map(({ state, alertCount }) => [state, alertCount])).toEqual([
      ['open', 1],
      ['resolved', 0],
    ]);
    expect(incidents()[1]?.title).toBe('a: Disk');
    advance(40 * minuteMs);
    expect(driven.rows('incidents')).toBe(1);
  });

  it('never leaves an incident empty that took the same alert in though adrift: it was still firing there', () => {
    const { tell, end } = bench();
    const opener = on('a', { name: 'Opener', severity: 'critical' });
    const side = (minutes: number) => on('a', { name: 'Side', from: minutes * minuteMs });
    tell(opener);
    const { incident } = tell(side(1));
    end(opener, 6 * minuteMs);
    expect(tell(on('a', { name: 'Third', from: 59 * minuteMs })).incident?.id).not.toBe(incident?.id);
    expect(tell(side(60)).incident?.id).toBe(incident?.id);
  });

  it('passes unchanged when nobody knows either', () => {
    const { tell, incidents } = bench();
    expect(tell(merged).incident).toBeNull();
    expect(incidents()).toEqual([]);
  });

  it('never lends its incident id to an incident that it opens a second time', () => {
    const { tell, incidents } = bench({ joinAt: 1 });
    const opened = tell(lost);
    tell(merged, 3 * minuteMs);
    const reopened = tell(lost, 4 * minuteMs);
    expect(reopened.incident?.id).not.toBe(opened.incident?.id);
    expect(incidents()).toHaveLength(2);
  });
});

describe('a late alert', () => {
  const late = (from: number) => on('a', { name: 'Old', from, isLate: true, emitReason: 'late' });

  it('joins the open incident whose time it fits', () => {
    const { tell, incidents } = bench();
    const first = tell(on('a', { name: 'New' }));
    expect(tell(late(minuteMs), 30 * minuteMs).incident?.id).toBe(first.incident?.id);
    expect(incidents()[0]).toMatchObject({ alertCount: 2, state: 'open' });
  });

  it('counts in a resolved incident without bringing it back', () => {
    const { tell, end, advance, incidents } = bench();
    const alert = on('a', { name: 'New' });
    const first = tell(alert);
    end(alert, 2 * minuteMs);
    advance(10 * minuteMs);
    expect(tell(late(minuteMs), 12 * minuteMs).incident?.id).toBe(first.incident?.id);
    expect(incidents()[0]).toMatchObject({ alertCount: 2, state: 'resolved', generation: 1 });
  });

  it('opens an incident that is soon over when it fits nowhere: what passes has an incident', () => {
    const { tell, advance, incidents } = bench();
    expect(tell(late(0), 20 * minuteMs).incident).not.toBeNull();
    advance(25 * minuteMs);
    expect(incidents()).toMatchObject([{ state: 'resolved', startedAt: t0, endedAt: t0 }]);
  });
});
