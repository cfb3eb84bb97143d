import { describe, expect, it } from 'vitest';
import type { Suppression, SuppressionKind } from '../../../schemas/alert.ts';
import { enrichedAlert, inputRange } from '../../support/tellings.ts';
import { outputs, quiet, scene, tell } from './scene.ts';

describe('a telling', () => {
  it.each<[string, Suppression | null, string]>([
    ['that nothing keeps quiet goes to the enriched alerts', null, 'enriched'],
    ['that something keeps quiet goes to the suppressed ones', quiet(), 'suppressed'],
  ])('%s', (_, suppression, topic) => {
    const s = scene();
    tell(s, 10, 'a', { suppression });
    expect(outputs(s)).toMatchObject([{ topic, key: 'f-a', value: { occurrence: 'a', suppression } }]);
  });

  it('that is told is decided as passed for the reason it was sent', () => {
    const s = scene();
    tell(s, 10, 'a', { emitReason: 'reminder', score: { value: 0.123456, features: [] } });
    expect(s.decisions).toEqual([
      {
        alertId: 'a-reminder',
        fingerprint: 'f-a',
        occurrence: 'a',
        incidentId: 'i1',
        generation: 1,
        tenant: 'default',
        stage: 'publish',
        outcome: 'passed',
        reason: 'reminder',
        rule: '',
        location: '',
        detail: { emitReason: 'reminder', score: '0.1235', confidence: '0.75' },
        count: 1,
        inputRange: inputRange(10),
        eventTime: 10,
      },
    ]);
  });

  it.each<[SuppressionKind, string]>([
    ['silence', 'silenced'],
    ['inhibit', 'inhibited'],
    ['maintenance', 'maintenance'],
    ['storm', 'storm'],
    ['rule', 'dropped-by-rule'],
  ])('kept quiet by %s is decided as suppressed because it is %s', (kind, reason) => {
    const s = scene();
    tell(s, 10, 'a', { suppression: quiet(kind) });
    expect(s.decisions).toMatchObject([
      { outcome: 'suppressed', reason, rule: 'r1', location: 'tocsin.yaml:3', count: 1 },
    ]);
  });

  it('says since and until when it is kept quiet, where there is an end', () => {
    const s = scene();
    tell(s, 10, 'a', { incident: null, suppression: quiet() });
    tell(s, 10, 'b', { incident: null, suppression: quiet('inhibit', null) });
    expect(s.decisions.map(({ detail }) => detail)).toEqual([
      { emitReason: 'first', since: '100', until: '900' },
      { emitReason: 'first', since: '100' },
    ]);
  });

  it('that time caused accounts for no alert', () => {
    const s = scene();
    s.host.advance({ at: 70 });
    s.send({ kind: 'telling', alert: enrichedAlert({ emitReason: 'released' }), cause: null });
    expect(s.decisions).toMatchObject([
      { outcome: 'passed', reason: 'released', count: 0, inputRange: null, eventTime: 70 },
    ]);
  });

  it('without an incident leaves no row', () => {
    const s = scene();
    tell(s, 10, 'a', { incident: null });
    expect([s.rows('incidents'), s.rows('members')]).toEqual([0, 0]);
  });
});
