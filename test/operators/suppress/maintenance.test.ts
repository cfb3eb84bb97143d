import { describe, expect, it } from 'vitest';
import { openSpans } from '../../../operators/suppress/recurring-window.ts';
import { control, scene, silence, tell, tellingsOf, verdicts } from './scene.ts';

const at = (iso: string): number => Date.parse(iso);

/** Mondays 22:00 to Tuesdays 02:00 in Vienna. */
const nightly = (over: object = {}) => ({
  maintenance: [
    {
      id: 'patching',
      matchers: 'host=db-1',
      weekdays: ['monday'],
      from: '22:00',
      to: '02:00',
      timeZone: 'Europe/Vienna',
      location: 'tocsin.yaml:30',
      ...over,
    },
  ],
});

describe('a recurring maintenance window', () => {
  it.each<[string, string, boolean]>([
    ['is closed before it begins', '2026-03-02T20:59:59Z', false],
    ['is open from its local beginning', '2026-03-02T21:00:00Z', true],
    ['is open past midnight', '2026-03-03T00:30:00Z', true],
    ['is closed at its local end', '2026-03-03T01:00:00Z', false],
    ['is closed on another day', '2026-03-03T21:30:00Z', false],
    ['follows the clock into summer time', '2026-07-06T20:30:00Z', true],
  ])('%s', (_, time, isOpen) => {
    const s = scene(nightly());
    tell(s, at(time), 'a');
    expect(verdicts(s)).toEqual([isOpen ? 'a first (maintenance patching)' : 'a first']);
  });

  it('names rule, line, beginning and end', () => {
    const s = scene(nightly());
    tell(s, at('2026-03-02T23:00:00Z'), 'a');
    expect(tellingsOf(s)[0]?.alert.suppression).toEqual({
      kind: 'maintenance',
      rule: 'patching',
      location: 'tocsin.yaml:30',
      since: at('2026-03-02T21:00:00Z'),
      until: at('2026-03-03T01:00:00Z'),
    });
  });

  it('tells at its end what still fires', () => {
    const s = scene(nightly());
    tell(s, at('2026-03-02T23:00:00Z'), 'a');
    s.advance({ at: at('2026-03-03T01:00:00Z') });
    expect(verdicts(s).at(-1)).toBe('a released');
  });

  it('does not touch what it does not match', () => {
    const s = scene(nightly({ matchers: 'host=db-2' }));
    tell(s, at('2026-03-02T23:00:00Z'), 'a');
    expect(verdicts(s)).toEqual(['a first']);
  });

  it('is limited to its tenant', () => {
    const s = scene(nightly({ tenant: 'blue' }));
    tell(s, at('2026-03-02T23:00:00Z'), 'a');
    expect(verdicts(s)).toEqual(['a first']);
  });
});

describe('the hours of a window', () => {
  const all = new Set([0, 1, 2, 3, 4, 5, 6]);
  const hours = (from: number, to: number, timeZone: string) =>
    openSpans({ weekdays: all, fromMinute: from * 60, toMinute: to * 60, timeZone });

  it.each<[string, number, number, string, string, number | null]>([
    ['the night the clock goes forward is an hour shorter', 0, 6, 'Europe/Vienna', '2026-03-29T03:00:00Z', 5],
    ['the night the clock goes back is an hour longer', 0, 6, 'Europe/Vienna', '2026-10-25T03:00:00Z', 7],
    ['a window may last the whole day', 0, 24, 'UTC', '2026-03-02T12:00:00Z', 24],
    ['equal times are a day, from then on', 9, 9, 'UTC', '2026-03-02T08:00:00Z', 24],
    ['a zone with a half hour is known', 9, 10, 'Asia/Kolkata', '2026-03-02T04:00:00Z', 1],
    ['a zone far west is on the day before', 22, 23, 'Pacific/Honolulu', '2026-03-03T08:30:00Z', 1],
    ['a closed hour is closed', 9, 10, 'UTC', '2026-03-02T10:00:00Z', null],
  ])('%s', (_, from, to, zone, time, length) => {
    const span = hours(from, to, zone)(at(time));
    expect(span === null ? null : (span.until - span.since) / 3_600_000).toBe(length);
  });

  it('gives the same answer whatever it was asked before', () => {
    const used = hours(22, 2, 'Europe/Vienna');
    const start = at('2026-03-28T00:00:00Z');
    for (let minute = 0; minute < 4_320; minute += 7) {
      const time = start + minute * 60_000;
      expect(used(time)).toEqual(hours(22, 2, 'Europe/Vienna')(time));
    }
  });
});

describe('one-off maintenance', () => {
  const work = silence('work', { from: 0, to: 2_000, matchers: 'host=db-1' }, { kind: 'maintenance' });

  it('comes as a control record and goes before a silence', () => {
    const s = scene({ silences: [{ id: 'quiet', matchers: 'host=db-1', endsAt: 9_000 }] });
    control(s, 10, work, 3);
    tell(s, 20, 'a');
    expect(tellingsOf(s)[0]?.alert.suppression).toMatchObject({
      kind: 'maintenance',
      rule: 'work',
      location: 'control.v1@3',
      until: 2_000,
    });
  });

  it('leaves to the silence what it no longer covers', () => {
    const s = scene({ silences: [{ id: 'quiet', matchers: 'host=db-1', endsAt: 9_000 }] });
    control(s, 10, work);
    tell(s, 20, 'a');
    s.advance({ at: 8_999 });
    expect(verdicts(s)).toHaveLength(1);
    s.advance({ at: 9_000 });
    expect(verdicts(s).at(-1)).toBe('a released');
  });

  it('becomes a silence when a record says so', () => {
    const s = scene();
    control(s, 10, work, 1);
    control(s, 20, silence('work', { from: 0, to: 2_000, matchers: 'host=db-1' }), 2);
    tell(s, 30, 'a');
    expect(verdicts(s)).toEqual(['a first (silence work)']);
  });
});
