import { describe, expect, it } from 'vitest';
import { occurrence } from '../../support/tellings.ts';
import { scene, tell, tellingsOf, verdicts } from './scene.ts';

const rule = {
  name: 'node-down',
  sourceMatchers: 'alertname=NodeDown',
  targetMatchers: 'severity!=critical,alertname=~".+"',
  equal: ['host'],
  location: 'tocsin.yaml:12',
};
const config = (over: object = {}, more: object = {}) => ({ inhibitRules: [{ ...rule, ...over }], ...more });
const down = { name: 'NodeDown', severity: 'critical' as const, labels: { host: 'h1' } };
const disk = { labels: { host: 'h1' } };

describe('a firing source mutes its targets', () => {
  it('names the rule, its line and since when the source fires, without an end', () => {
    const s = scene(config());
    tell(s, 100, 'src', down);
    tell(s, 200, 'a', disk);
    expect(tellingsOf(s).map(({ alert }) => alert.suppression)).toEqual([
      null,
      { kind: 'inhibit', rule: 'node-down', location: 'tocsin.yaml:12', since: 100, until: null },
    ]);
  });

  it.each<[string, object, object, string]>([
    ['only where the equal labels are equal', {}, { labels: { host: 'h2' } }, 'a first'],
    [
      'everywhere when no label must be equal',
      { equal: [] },
      { labels: { host: 'h2' } },
      'a first (inhibit node-down)',
    ],
    ['where both lack the equal label', { equal: ['rack'] }, disk, 'a first (inhibit node-down)'],
    ['not where one lacks it', { equal: ['host'] }, { labels: {} }, 'a first'],
    ['not what the target side leaves out', {}, { ...disk, severity: 'critical' }, 'a first'],
    ['never in another tenant', {}, { ...disk, tenant: 'blue' }, 'a first'],
    ['only in the tenant of the rule', { tenant: 'blue' }, disk, 'a first'],
    ['where fields of the alert are equal', { equal: ['source'] }, disk, 'a first (inhibit node-down)'],
  ])('%s', (_, over, target, verdict) => {
    const s = scene(config(over));
    tell(s, 100, 'src', down);
    tell(s, 200, 'a', target);
    expect(verdicts(s).at(-1)).toBe(verdict);
  });

  it('mutes while it is itself silenced', () => {
    const s = scene(config({}, { silences: [{ id: 'x', matchers: 'alertname=NodeDown', endsAt: 9_000 }] }));
    tell(s, 100, 'src', down);
    tell(s, 200, 'a', disk);
    expect(verdicts(s)).toEqual(['src first (silence x)', 'a first (inhibit node-down)']);
  });

  it('does not mute what came before it, but what follows of it', () => {
    const s = scene(config());
    tell(s, 100, 'a', disk);
    tell(s, 200, 'src', down);
    tell(s, 300, 'a', { ...disk, emitReason: 'reminder' });
    expect(verdicts(s)).toEqual(['a first', 'src first', 'a reminder (inhibit node-down)']);
  });

  it('is no source any more when an update takes it out of the rule', () => {
    const s = scene(config({ sourceMatchers: 'alertname=NodeDown,severity=critical' }));
    tell(s, 100, 'src', down);
    tell(s, 200, 'src', { ...down, emitReason: 'update', severity: 'low' });
    tell(s, 300, 'a', disk);
    expect(verdicts(s).at(-1)).toBe('a first');
    expect(s.rows('sources')).toBe(0);
  });
});

describe('an alert that matches both sides', () => {
  const both = config({ sourceMatchers: 'alertname=~".+"', targetMatchers: 'alertname=DiskFull' });

  it('does not mute itself', () => {
    const s = scene(both);
    tell(s, 100, 'a', disk);
    tell(s, 200, 'a', { ...disk, emitReason: 'update' });
    expect(verdicts(s)).toEqual(['a first', 'a update']);
  });

  it('is not muted by another that matches both sides', () => {
    const s = scene(both);
    tell(s, 100, 'a', disk);
    tell(s, 200, 'b', disk);
    expect(verdicts(s)).toEqual(['a first', 'b first']);
  });

  it('is muted by one that matches the source side alone', () => {
    const s = scene(both);
    tell(s, 100, 'src', down);
    tell(s, 200, 'b', disk);
    expect(verdicts(s).at(-1)).toBe('b first (inhibit node-down)');
  });
});

describe('when the source ends', () => {
  it.each(['resolved', 'timed-out', 'final', 'merged'] as const)('by %s it mutes no longer', (emitReason) => {
    const s = scene(config());
    tell(s, 100, 'src', down);
    tell(s, 200, 'src', { ...down, emitReason });
    tell(s, 300, 'a', disk);
    expect(verdicts(s).at(-1)).toBe('a first');
    expect(s.rows('sources')).toBe(0);
  });

  it('what still fires a minute later is told', () => {
    const s = scene(config());
    tell(s, 100, 'src', down);
    tell(s, 200, 'a', disk);
    tell(s, 1_000, 'src', { ...down, emitReason: 'resolved' });
    s.advance({ at: 60_999 });
    expect(verdicts(s).at(-1)).toBe('src resolved');
    s.advance({ at: 61_000 });
    expect(verdicts(s).at(-1)).toBe('a released');
  });

  it('what ends within that minute is never told', () => {
    const s = scene(config());
    tell(s, 100, 'src', down);
    tell(s, 200, 'a', disk);
    tell(s, 1_000, 'src', { ...down, emitReason: 'resolved' });
    tell(s, 1_100, 'a', { ...disk, emitReason: 'resolved' });
    s.advance({ at: 99_000 });
    expect(verdicts(s).at(-1)).toBe('a resolved (inhibit node-down)');
  });

  it('what another source still mutes stays muted', () => {
    const s = scene(config({}, { releaseAfterMs: 0 }));
    tell(s, 100, 'src', down);
    tell(s, 150, 'src2', down);
    tell(s, 200, 'a', disk);
    tell(s, 1_000, 'src', { ...down, emitReason: 'resolved' });
    tell(s, 1_100, 'a', { ...disk, emitReason: 'update' });
    expect(tellingsOf(s).at(-1)?.alert.suppression).toMatchObject({ kind: 'inhibit', since: 150 });
    tell(s, 2_000, 'src2', { ...down, emitReason: 'resolved' });
    s.advance({ at: 2_001 });
    expect(verdicts(s).at(-1)).toBe('a released');
  });

  it('stays muted if a new source fires within that minute', () => {
    const s = scene(config());
    tell(s, 100, 'src', down);
    tell(s, 200, 'a', disk);
    tell(s, 1_000, 'src', { ...down, emitReason: 'resolved' });
    tell(s, 2_000, 'src2', down);
    s.advance({ at: 99_000 });
    expect(verdicts(s).at(-1)).toBe('src2 first');
    expect(s.rows('hushed')).toBe(1);
  });

  it('goes on muting under the name of the occurrence that it was merged into', () => {
    const s = scene(config());
    tell(s, 100, 'src', down);
    tell(s, 150, 'a', disk);
    tell(s, 200, 'src', { ...down, emitReason: 'merged', mergedInto: occurrence('src0') });
    s.advance({ at: 90_000 });
    tell(s, 90_000, 'b', disk);
    expect(verdicts(s).slice(3)).toEqual(['b first (inhibit node-down)']);
    expect(s.rows('sources')).toBe(1);
  });

  it('keeps no row without rules', () => {
    const s = scene();
    tell(s, 100, 'src', down);
    expect(s.rows('sources')).toBe(0);
  });
});
