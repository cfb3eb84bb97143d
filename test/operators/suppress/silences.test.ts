import { describe, expect, it } from 'vitest';
import { scene, tell, tellingsOf, verdicts } from './scene.ts';
import { config } from './silence-config.ts';

describe('a silence keeps its alerts quiet while it lasts', () => {
  it('lets everything pass when there is no policy', () => {
    const s = scene();
    tell(s, 1_000, 'a');
    expect(verdicts(s)).toEqual(['a first']);
    expect(s.rows('hushed')).toBe(0);
  });

  it.each<[string, number, string]>([
    ['before its start an alert is told', 999, 'a first'],
    ['at its start it is not', 1_000, 'a first (silence disks)'],
    ['just before its end it is not', 1_999, 'a first (silence disks)'],
    ['at its end it is told', 2_000, 'a first'],
  ])('%s', (_, at, verdict) => {
    const s = scene(config());
    tell(s, at, 'a');
    expect(verdicts(s)).toEqual([verdict]);
  });

  it('names rule, file and line, start and end', () => {
    const s = scene(config());
    tell(s, 1_500, 'a');
    expect(tellingsOf(s)[0]?.alert.suppression).toEqual({
      kind: 'silence',
      rule: 'disks',
      location: 'tocsin.yaml:7',
      since: 1_000,
      until: 2_000,
    });
  });

  it('does not touch an alert that it does not match', () => {
    const s = scene(config());
    tell(s, 1_500, 'a', { labels: { host: 'web-1' } });
    expect(verdicts(s)).toEqual(['a first']);
  });

  it('is limited to its tenant', () => {
    const s = scene(config({ tenant: 'blue' }));
    tell(s, 1_500, 'a', { tenant: 'red' });
    tell(s, 1_500, 'b', { tenant: 'blue' });
    expect(verdicts(s)).toEqual(['a first', 'b first (silence disks)']);
  });

  it('quiets late alerts as well, and remembers nothing of them', () => {
    const s = scene(config());
    tell(s, 1_500, 'a', { emitReason: 'late', isLate: true });
    expect(verdicts(s)).toEqual(['a late (silence disks)']);
    expect(s.rows('hushed')).toBe(0);
  });

  it('keeps the cause, so that the alert is accounted for', () => {
    const s = scene(config());
    tell(s, 1_500, 'a');
    expect(tellingsOf(s)[0]?.cause?.firstAt).toBe(1_500);
  });
});

describe('what still fires when a silence ends is told then', () => {
  it('tells it once, caused by time, as it was last seen', () => {
    const s = scene(config());
    tell(s, 1_200, 'a');
    tell(s, 1_500, 'a', { emitReason: 'update', severity: 'medium' });
    s.advance({ at: 5_000 });
    expect(verdicts(s).at(-1)).toBe('a released');
    const released = tellingsOf(s).at(-1);
    expect(released).toMatchObject({ cause: null, alert: { severity: 'medium', suppression: null } });
    expect(s.rows('hushed')).toBe(0);
  });

  it('gives the release an id of its own', () => {
    const s = scene(config());
    tell(s, 1_200, 'a');
    s.advance({ at: 2_000 });
    const ids = tellingsOf(s).map(({ alert }) => alert.id);
    expect(new Set(ids).size).toBe(2);
  });

  it('tells nothing of what was resolved in the meantime', () => {
    const s = scene(config());
    tell(s, 1_200, 'a');
    tell(s, 1_500, 'a', { emitReason: 'resolved' });
    s.advance({ at: 5_000 });
    expect(verdicts(s)).toEqual(['a first (silence disks)', 'a resolved (silence disks)']);
  });

  it('tells nothing again that was told before the silence began', () => {
    const s = scene(config());
    tell(s, 900, 'a');
    tell(s, 1_500, 'a', { emitReason: 'update' });
    s.advance({ at: 5_000 });
    expect(verdicts(s)).toEqual(['a first', 'a update (silence disks)']);
  });

  it('tells the end, after the silence, of what was told before it', () => {
    const s = scene(config());
    tell(s, 900, 'a');
    tell(s, 1_500, 'a', { emitReason: 'update' });
    tell(s, 3_000, 'a', { emitReason: 'resolved' });
    expect(verdicts(s).at(-1)).toBe('a resolved');
  });

  it('keeps the end of an alert nobody was told of as quiet as its beginning', () => {
    const s = scene(config());
    tell(s, 1_200, 'a');
    tell(s, 1_900, 'a', { emitReason: 'resolved' });
    tell(s, 9_000, 'a', { emitReason: 'final' });
    expect(verdicts(s).at(-1)).toBe('a final (silence disks)');
    expect(s.rows('hushed')).toBe(0);
  });

  it('keeps it quiet where another silence still lasts, until that one ends', () => {
    const s = scene({
      silences: [
        { id: 'short', matchers: 'host=db-1', endsAt: 2_000 },
        { id: 'later', matchers: 'alertname=DiskFull', startsAt: 1_500, endsAt: 3_000 },
      ],
    });
    tell(s, 1_200, 'a');
    s.advance({ at: 2_999 });
    expect(verdicts(s)).toEqual(['a first (silence short)']);
    s.advance({ at: 3_000 });
    expect(verdicts(s).at(-1)).toBe('a released');
  });

  it('names the silence that lasts longest when several match', () => {
    const silences = [3_000, 9_000, 5_000].map((endsAt, i) => ({
      id: `s${i}`,
      matchers: 'host=db-1',
      endsAt,
    }));
    const s = scene({ silences });
    tell(s, 1_000, 'a');
    expect(verdicts(s)).toEqual(['a first (silence s1)']);
  });

  it('releases in the order of the occurrences, however they came', () => {
    const s = scene(config());
    for (const id of ['c', 'a', 'b']) tell(s, 1_200, id);
    s.advance({ at: 2_000 });
    expect(verdicts(s).slice(3)).toEqual(['a released', 'b released', 'c released']);
  });
});

describe('state', () => {
  it('that is lost makes us tell, never keep quiet', () => {
    const s = scene(config());
    tell(s, 3_000, 'a', { emitReason: 'resolved' });
    expect(verdicts(s)).toEqual(['a resolved']);
  });

  it('is forgotten after two days when an end never comes', () => {
    const s = scene(config({ endsAt: 900_000_000 }));
    tell(s, 1_500, 'a');
    s.advance({ at: 172_000_000 });
    expect(s.rows('hushed')).toBe(1);
    s.advance({ at: 180_000_000 });
    expect(s.rows('hushed')).toBe(0);
  });

  it('leaves no timers behind when everything is over', () => {
    const s = scene(config());
    for (const id of ['a', 'b']) tell(s, 1_200, id);
    for (const id of ['a', 'b']) tell(s, 1_500, id, { emitReason: 'final' });
    s.advance({ at: 10_000_000 });
    expect(s.host.queues.at.size).toBe(0);
  });

  it('finds the one of ten thousand silences that matches without trying them all', () => {
    const silences = Array.from({ length: 10_000 }, (_, i) => ({
      id: `s${i}`,
      matchers: `{env="prod", host="h${i}", note!~"x+"}`,
      endsAt: 2_000,
    }));
    const s = scene({ silences });
    for (let i = 0; i < 10_000; i++) tell(s, 10, `o${i}`, { labels: { env: 'prod', host: `h${i}` } });
    expect(verdicts(s)).toEqual(silences.map(({ id }, i) => `o${i} first (silence ${id})`));
  });
});
