import { describe, expect, it } from 'vitest';
import type { EnrichedAlert } from '../../../schemas/alert.ts';
import { control, type Scene, scene, silence, tell, tellingsOf, verdicts } from './scene.ts';

/** More than three new occurrences in ten seconds are a storm; twenty calm seconds end it. */
const small = (over: object = {}) => ({ storm: { threshold: 3, windowMs: 10_000, calmMs: 20_000, ...over } });

function flood(s: Scene, at: number, count: number, over: Partial<EnrichedAlert> = {}): void {
  for (let i = 0; i < count; i++) tell(s, at + i, `f${at + i}`, over);
}

const told = (s: Scene): readonly string[] =>
  tellingsOf(s).flatMap(({ alert }) => (alert.suppression === null ? [alert.occurrence] : []));
const reasons = (s: Scene): readonly string[] => s.decisions.map(({ reason }) => reason);

describe('a storm begins', () => {
  it('with one new occurrence more than the threshold within the window', () => {
    const s = scene(small());
    flood(s, 0, 3);
    expect(reasons(s)).toEqual([]);
    tell(s, 9_000, 'x');
    expect(s.decisions).toMatchObject([
      {
        outcome: 'noted',
        reason: 'storm-began',
        tenant: 'default',
        count: 0,
        detail: { newOccurrences: '4' },
      },
    ]);
  });

  it('not when they are spread over more than the window', () => {
    const s = scene(small());
    for (let i = 0; i < 50; i++) tell(s, i * 4_000, `o${i}`);
    expect(reasons(s)).toEqual([]);
    expect(told(s)).toHaveLength(50);
  });

  it('not by updates, reminders and resolves', () => {
    const s = scene(small());
    tell(s, 0, 'a');
    for (const emitReason of ['update', 'reminder', 'resolved'] as const) {
      for (let i = 0; i < 10; i++) tell(s, i, 'a', { emitReason });
    }
    expect(reasons(s)).toEqual([]);
  });

  it('not by what is silenced anyway', () => {
    const s = scene({ ...small(), silences: [{ id: 'x', matchers: 'host=db-1', endsAt: 9_000 }] });
    flood(s, 0, 20);
    expect(reasons(s)).toEqual([]);
  });

  it('for its tenant alone', () => {
    const s = scene(small());
    flood(s, 0, 9, { tenant: 'blue' });
    tell(s, 20, 'red', { tenant: 'red' });
    expect(s.decisions.map(({ tenant }) => tenant)).toEqual(['blue']);
    expect(told(s)).toContain('red');
  });

  it('never when it is switched off', () => {
    const s = scene(small({ isOn: false }));
    flood(s, 0, 20);
    expect(told(s)).toHaveLength(20);
    expect(s.rows('storms')).toBe(0);
  });

  it('by default above a hundred in a minute', () => {
    const s = scene();
    flood(s, 0, 100);
    expect(reasons(s)).toEqual([]);
    flood(s, 100, 1);
    expect(reasons(s)).toEqual(['storm-began']);
  });
});

describe('in a storm', () => {
  it('the parts are kept quiet, with the storm as their reason', () => {
    const s = scene(small({ location: 'tocsin.yaml:40' }));
    flood(s, 0, 6);
    expect(tellingsOf(s).at(-1)?.alert.suppression).toEqual({
      kind: 'storm',
      rule: 'storm',
      location: 'tocsin.yaml:40',
      since: 3,
      until: null,
    });
  });

  it('each name is told once, so that nothing rare is lost', () => {
    const s = scene(small());
    flood(s, 0, 8);
    tell(s, 20, 'rare', { name: 'RaidDegraded' });
    tell(s, 21, 'rare2', { name: 'RaidDegraded' });
    tell(s, 22, 'other', { name: 'RaidDegraded', source: 'zabbix' });
    expect(told(s)).toEqual(['f0', 'f1', 'f2', 'f3', 'rare', 'other']);
  });

  it('each name is told as often as configured', () => {
    const s = scene(small({ keepPerName: 2 }));
    flood(s, 0, 8);
    expect(told(s)).toEqual(['f0', 'f1', 'f2', 'f3', 'f4']);
  });

  it('no name is told when that is what is configured', () => {
    const s = scene(small({ keepPerName: 0 }));
    flood(s, 0, 8);
    expect(told(s)).toEqual(['f0', 'f1', 'f2']);
  });

  it('names that cannot be remembered any more are told', () => {
    const s = scene(small({ maxNames: 1 }));
    flood(s, 0, 8);
    tell(s, 20, 'p', { name: 'P' });
    tell(s, 21, 'q', { name: 'P' });
    expect(told(s).slice(-2)).toEqual(['p', 'q']);
    expect(s.rows('stormNames')).toBe(1);
  });

  it('critical alerts are told', () => {
    const s = scene(small());
    flood(s, 0, 8);
    tell(s, 20, 'bad', { severity: 'critical' });
    expect(told(s).at(-1)).toBe('bad');
  });

  it('what counts as too bad to keep quiet can be configured', () => {
    const s = scene(small({ alwaysTell: 'medium' }));
    flood(s, 0, 8, { severity: 'low' });
    tell(s, 20, 'bad', { severity: 'medium' });
    expect(told(s).at(-1)).toBe('bad');
  });

  it('what was told before goes on being told', () => {
    const s = scene(small());
    flood(s, 0, 8);
    tell(s, 30, 'f0', { emitReason: 'update' });
    tell(s, 40, 'f0', { emitReason: 'resolved' });
    expect(verdicts(s).slice(-2)).toEqual(['f0 update', 'f0 resolved']);
  });

  it.each(['update', 'reminder', 'resolved', 'final'] as const)(
    '%s of what nobody was told of stays quiet',
    (emitReason) => {
      const s = scene(small());
      flood(s, 0, 8);
      tell(s, 30, 'f7', { emitReason });
      expect(verdicts(s).at(-1)).toBe(`f7 ${emitReason} (storm storm)`);
    },
  );

  it('what becomes critical is told', () => {
    const s = scene(small());
    flood(s, 0, 8);
    tell(s, 30, 'f7', { emitReason: 'update', severity: 'critical' });
    tell(s, 40, 'f7', { emitReason: 'resolved' });
    expect(verdicts(s).slice(-2)).toEqual(['f7 update', 'f7 resolved']);
  });

  it('what becomes worse without being critical stays quiet', () => {
    const s = scene(small());
    flood(s, 0, 8, { severity: 'low' });
    tell(s, 30, 'f7', { emitReason: 'update', severity: 'high' });
    expect(verdicts(s).at(-1)).toBe('f7 update (storm storm)');
  });

  it('a late alert is told', () => {
    const s = scene(small());
    flood(s, 0, 8);
    tell(s, 30, 'l', { emitReason: 'late' });
    expect(verdicts(s).at(-1)).toBe('l late');
  });

  it('what a silence releases counts as new, and is kept quiet like it', () => {
    const s = scene(small());
    control(s, 0, silence('x', { from: 0, to: 5_000, matchers: 'host=db-1' }));
    flood(s, 10, 9);
    s.advance({ at: 5_000 });
    expect(verdicts(s).filter((verdict) => verdict.endsWith('released'))).toHaveLength(4);
    expect(reasons(s)).toEqual(['storm-began']);
    expect(s.rows('hushed')).toBe(5);
  });
});

describe('a storm ends', () => {
  it('after the count was low for the calm time, and says what it did', () => {
    const s = scene(small());
    flood(s, 0, 10);
    s.advance({ at: 29_000 });
    expect(reasons(s)).toEqual(['storm-began']);
    s.advance({ at: 31_000 });
    expect(s.decisions.at(-1)).toMatchObject({
      reason: 'storm-ended',
      outcome: 'noted',
      count: 0,
      detail: { told: '1', suppressed: '6', since: '3' },
    });
  });

  it('not while the count stays above half the threshold', () => {
    const s = scene(small());
    flood(s, 0, 10);
    for (let at = 4_000; at < 200_000; at += 4_000) tell(s, at, `more${at}`);
    expect(reasons(s)).toEqual(['storm-began']);
  });

  it('and the next new occurrence is told', () => {
    const s = scene(small());
    flood(s, 0, 10);
    tell(s, 60_000, 'after');
    expect(told(s).at(-1)).toBe('after');
  });

  it('and a reminder of what still fires is told', () => {
    const s = scene(small());
    flood(s, 0, 10);
    tell(s, 60_000, 'f9', { emitReason: 'reminder' });
    tell(s, 61_000, 'f9', { emitReason: 'resolved' });
    expect(verdicts(s).slice(-2)).toEqual(['f9 reminder', 'f9 resolved']);
  });

  it('and the end of what nobody was told of stays quiet', () => {
    const s = scene(small());
    flood(s, 0, 10);
    tell(s, 60_000, 'f9', { emitReason: 'resolved' });
    expect(verdicts(s).at(-1)).toBe('f9 resolved (storm storm)');
  });

  it('and the next storm tells each name again', () => {
    const s = scene(small());
    flood(s, 0, 10);
    flood(s, 60_000, 10);
    expect(told(s)).toEqual(['f0', 'f1', 'f2', 'f3', 'f60000', 'f60001', 'f60002', 'f60003']);
  });

  it('and leaves no row and no timer behind', () => {
    const s = scene(small());
    flood(s, 0, 10);
    for (let i = 0; i < 10; i++) tell(s, 20_000, `f${i}`, { emitReason: 'final' });
    s.advance({ at: 10_000_000 });
    expect(['storms', 'stormNames', 'hushed', 'controls', 'sources'].map((table) => s.rows(table))).toEqual([
      0, 0, 0, 0, 0,
    ]);
    expect(s.host.queues.at.size).toBe(0);
  });
});
