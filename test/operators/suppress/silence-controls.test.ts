import { describe, expect, it } from 'vitest';
import { control, scene, silence, tell, tellingsOf, verdicts, withdrawal } from './scene.ts';

describe('a silence can come as a control record', () => {
  const window = { from: 0, to: 2_000, matchers: 'host=db-1' };

  it('acts from the record on, and names the record', () => {
    const s = scene();
    tell(s, 10, 'a');
    control(s, 20, silence('s1', window), 42);
    tell(s, 30, 'b');
    expect(verdicts(s)).toEqual(['a first', 'b first (silence s1)']);
    expect(tellingsOf(s)[1]?.alert.suppression?.location).toBe('control.v1@42');
  });

  it('goes on to the next operator', () => {
    const s = scene();
    control(s, 20, silence('s1', window));
    expect(s.events.map(({ kind }) => kind)).toEqual(['control']);
  });

  it('is forgotten when it ends', () => {
    const s = scene();
    control(s, 20, silence('s1', window));
    expect(s.rows('controls')).toBe(1);
    s.advance({ at: 2_000 });
    expect(s.rows('controls')).toBe(0);
  });

  it('is not even kept when it has ended already', () => {
    const s = scene();
    control(s, 2_000, silence('s1', window));
    expect(s.rows('controls')).toBe(0);
  });

  it('is limited to its tenant', () => {
    const s = scene();
    control(s, 20, silence('s1', window, { tenant: 'blue' }));
    tell(s, 30, 'a');
    expect(verdicts(s)).toEqual(['a first']);
  });

  it('is replaced by a record with the same id', () => {
    const s = scene();
    control(s, 20, silence('s1', window), 1);
    control(s, 30, silence('s1', { ...window, matchers: 'host=db-2' }), 2);
    tell(s, 40, 'a');
    tell(s, 40, 'b', { labels: { host: 'db-2' } });
    expect(verdicts(s)).toEqual(['a first', 'b first (silence s1)']);
    expect(s.rows('controls')).toBe(1);
  });

  it('keeps quiet for longer what it kept quiet, when it is extended', () => {
    const s = scene();
    control(s, 20, silence('s1', window), 1);
    tell(s, 30, 'a');
    control(s, 40, silence('s1', { ...window, to: 4_000 }), 2);
    s.advance({ at: 3_000 });
    expect(verdicts(s)).toEqual(['a first (silence s1)']);
    s.advance({ at: 4_000 });
    expect(verdicts(s).at(-1)).toBe('a released');
  });

  it('releases at once what it kept quiet, when it is withdrawn', () => {
    const s = scene();
    control(s, 20, silence('s1', window));
    tell(s, 30, 'a');
    control(s, 40, withdrawal('s1'));
    s.advance({ at: 41 });
    expect(verdicts(s)).toEqual(['a first (silence s1)', 'a released']);
    expect(s.rows('controls')).toBe(0);
  });

  it('cannot be withdrawn by another tenant', () => {
    const s = scene();
    control(s, 20, silence('s1', window));
    control(s, 30, withdrawal('s1', 'blue'));
    tell(s, 40, 'a');
    expect(verdicts(s)).toEqual(['a first (silence s1)']);
  });

  it('quiets nobody, and says so, when it would match everything', () => {
    const s = scene();
    control(s, 20, silence('s1', { ...window, matchers: '{}' }), 7);
    tell(s, 30, 'a');
    expect(verdicts(s)).toEqual(['a first']);
    expect(s.decisions).toMatchObject([
      { outcome: 'noted', reason: 'unusable-control', rule: 's1', location: 'control.v1@7', count: 0 },
    ]);
  });

  it('quiets nobody when its pattern is refused', () => {
    const s = scene();
    const broken = silence('s1', window);
    control(s, 20, { ...broken, matchers: [{ name: 'host', op: '=~', value: '(' }] } as typeof broken);
    tell(s, 30, 'a');
    expect(verdicts(s)).toEqual(['a first']);
    expect(s.decisions.map(({ reason }) => reason)).toEqual(['unusable-control']);
  });

  it('is replaced by an acknowledgement of its id, as by any control', () => {
    const s = scene();
    control(s, 20, silence('s1', window));
    tell(s, 30, 'a');
    control(s, 40, { ...withdrawal('s1'), kind: 'acknowledgement', incidentId: 'i', generation: 1 });
    s.advance({ at: 41 });
    expect(verdicts(s)).toEqual(['a first (silence s1)', 'a released']);
  });

  it('leaves acknowledgements to others', () => {
    const s = scene();
    control(s, 20, { ...withdrawal('x'), kind: 'acknowledgement', incidentId: 'i', generation: 1 });
    expect(s.events).toHaveLength(1);
    expect(s.decisions).toEqual([]);
  });
});
