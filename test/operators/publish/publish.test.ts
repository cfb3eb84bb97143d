import avro from 'avsc';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RelateEvent } from '../../../operators/events.ts';
import { unstamped } from '../../../operators/events.ts';
import { publish } from '../../../operators/publish/index.ts';
import { tables } from '../../../operators/publish/rows.ts';
import type { EnrichedAlert, Suppression, SuppressionKind } from '../../../schemas/alert.ts';
import type { Incident } from '../../../schemas/incident.ts';
import { type Driven, drive } from '../../support/operator-host.ts';
import {
  enrichedAlert,
  fingerprint,
  incidentId,
  inputRange,
  occurrence,
  telling,
} from '../../support/tellings.ts';

type Scene = Driven<RelateEvent>;

const scene = (config: unknown = {}): Scene => drive(publish, config);

const quiet = (kind: SuppressionKind = 'silence', until: number | null = 900): Suppression => ({
  kind,
  rule: 'r1',
  location: 'tocsin.yaml:3',
  since: 100,
  until,
});

const ref = (id = 'i1') => ({ id: incidentId(id), generation: 1, confidence: 0.75, contributions: [] });

function incident(over: Partial<Incident> = {}): Incident {
  return {
    id: incidentId('i1'),
    generation: 1,
    revision: 1,
    tenant: 'default',
    state: 'open',
    severity: 'high',
    title: 'Disk full on db-1',
    startedAt: 0,
    updatedAt: 0,
    endedAt: null,
    alertCount: 1,
    suppressedCount: 0,
    fingerprints: [fingerprint('f')],
    fingerprintCount: 1,
    services: [],
    probableCause: null,
    types: ['temporal'],
    confidence: 1,
    origin: unstamped,
    ...over,
  };
}

function tell(to: Scene, at: number, id: string, over: Partial<EnrichedAlert> = {}): void {
  to.send(telling({ occurrence: occurrence(id), incident: ref(), ...over }, at), at);
}

function change(to: Scene, at: number, over: Partial<Incident> = {}): void {
  to.send({ kind: 'incident', incident: incident({ updatedAt: at, ...over }) }, at);
}

type OutputEvent = Extract<RelateEvent, { kind: 'output' }>;
const outputs = (of: Scene): readonly OutputEvent[] =>
  of.events.filter((event): event is OutputEvent => event.kind === 'output');

/** `revision: state, alerts (suppressed)` of each published incident. */
const seen = (of: Scene): readonly string[] =>
  outputs(of).flatMap((output) => {
    if (output.topic !== 'incidents') return [];
    const { revision, state, alertCount, suppressedCount } = output.value;
    return [`${revision}: ${state}, ${alertCount} (${suppressedCount})`];
  });

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

describe('an incident', () => {
  it('is published when a member was told', () => {
    const s = scene();
    tell(s, 10, 'a');
    change(s, 10);
    expect(seen(s)).toEqual(['1: open, 1 (0)']);
    expect(outputs(s).at(-1)).toMatchObject({ topic: 'incidents', key: 'i1' });
  });

  it('is not published while nobody was told of a member', () => {
    const s = scene();
    tell(s, 10, 'a', { suppression: quiet() });
    change(s, 10);
    tell(s, 20, 'b', { suppression: quiet() });
    change(s, 20, { alertCount: 2 });
    expect(seen(s)).toEqual([]);
  });

  it('counts the members nobody was told of', () => {
    const s = scene();
    tell(s, 10, 'a');
    change(s, 10);
    tell(s, 20, 'b', { suppression: quiet() });
    change(s, 20, { alertCount: 2 });
    expect(seen(s)).toEqual(['1: open, 1 (0)', '2: open, 2 (1)']);
  });

  it('becomes visible with its latest change once a member is told', () => {
    const s = scene();
    tell(s, 10, 'a', { suppression: quiet() });
    change(s, 10, { revision: 1 });
    tell(s, 20, 'b', { suppression: quiet() });
    change(s, 20, { alertCount: 2, revision: 2 });
    tell(s, 30, 'a', { emitReason: 'released' });
    expect(seen(s)).toEqual(['1: open, 2 (1)']);
    expect(outputs(s).at(-1)).toMatchObject({ value: { updatedAt: 30 } });
  });

  it('is published again when a quiet member is told, since its count has changed', () => {
    const s = scene();
    tell(s, 10, 'a');
    change(s, 10);
    tell(s, 20, 'b', { suppression: quiet() });
    change(s, 20, { alertCount: 2 });
    tell(s, 30, 'b', { emitReason: 'released' });
    expect(seen(s).at(-1)).toBe('3: open, 2 (0)');
  });

  it('does not count a member as quiet for a later telling that was kept quiet', () => {
    const s = scene();
    tell(s, 10, 'a');
    tell(s, 20, 'a', { emitReason: 'update', suppression: quiet() });
    change(s, 20);
    expect(seen(s)).toEqual(['1: open, 1 (0)']);
  });

  it('stays visible when all further members are quiet', () => {
    const s = scene();
    tell(s, 10, 'a');
    change(s, 10);
    tell(s, 20, 'a', { emitReason: 'final', isFinal: true, status: 'resolved' });
    tell(s, 30, 'b', { suppression: quiet() });
    change(s, 30, { alertCount: 2 });
    expect(seen(s)).toEqual(['1: open, 1 (0)', '2: open, 2 (1)']);
  });

  it('numbers what it published, whatever correlate counted', () => {
    const s = scene();
    tell(s, 10, 'a');
    for (const revision of [1, 4, 9]) change(s, 10, { revision });
    expect(seen(s)).toEqual(['1: open, 1 (0)', '2: open, 1 (0)', '3: open, 1 (0)']);
  });

  it('does not become visible by the end of a member', () => {
    const s = scene();
    tell(s, 10, 'a', { suppression: quiet() });
    change(s, 10);
    tell(s, 20, 'a', { emitReason: 'resolved', status: 'resolved' });
    change(s, 20, { state: 'resolved', endedAt: 20 });
    expect(seen(s)).toEqual([]);
  });

  const merged = { emitReason: 'merged', mergedInto: occurrence('a') } as const;

  it('no longer counts a quiet member that was merged into one that was told', () => {
    const s = scene();
    tell(s, 10, 'a');
    tell(s, 10, 'b', { suppression: quiet() });
    change(s, 10, { alertCount: 2 });
    tell(s, 20, 'b', { ...merged, suppression: quiet() });
    change(s, 20, { alertCount: 1 });
    expect(seen(s)).toEqual(['1: open, 2 (1)', '2: open, 1 (0)']);
  });

  it('counts a quiet member on under its new name', () => {
    const s = scene();
    tell(s, 10, 'x');
    tell(s, 10, 'b', { suppression: quiet() });
    tell(s, 20, 'b', { ...merged, suppression: quiet() });
    change(s, 20, { alertCount: 2 });
    tell(s, 30, 'a', { emitReason: 'final', isFinal: true, suppression: quiet() });
    change(s, 30, { alertCount: 2 });
    expect(seen(s)).toEqual(['1: open, 2 (1)', '2: open, 2 (1)']);
  });

  it('knows a member as told that was told under another name', () => {
    const s = scene();
    tell(s, 10, 'b');
    tell(s, 10, 'a', { suppression: quiet() });
    change(s, 10, { alertCount: 2 });
    tell(s, 20, 'b', { ...merged });
    change(s, 20, { alertCount: 1 });
    expect(seen(s).at(-1)).toMatch(/open, 1 \(0\)$/);
  });

  it.each<[string, Suppression | null, readonly string[]]>([
    ['becomes visible by a late alert that was told', null, ['1: open, 2 (1)']],
    ['stays hidden by a late alert that was not', quiet(), []],
  ])('%s', (_, suppression, expected) => {
    const s = scene();
    tell(s, 10, 'a', { suppression: quiet() });
    tell(s, 20, 'l', { emitReason: 'late', isLate: true, isFinal: true, suppression });
    change(s, 20, { alertCount: 2 });
    expect(seen(s)).toEqual(expected);
    expect(s.rows('members')).toBe(1);
  });

  it('gives a member up to another incident with its count', () => {
    const s = scene();
    tell(s, 10, 'a');
    tell(s, 10, 'b', { suppression: quiet() });
    change(s, 10, { alertCount: 2 });
    tell(s, 20, 'b', { emitReason: 'update', incident: ref('i2'), suppression: quiet() });
    change(s, 20, { alertCount: 1 });
    expect(seen(s).at(-1)).toBe('2: open, 1 (0)');
  });

  it('never claims more quiet members than it has', () => {
    const s = scene();
    tell(s, 10, 'a');
    for (const id of ['b', 'c']) tell(s, 10, id, { suppression: quiet() });
    change(s, 10, { alertCount: 1 });
    expect(seen(s)).toEqual(['1: open, 1 (1)']);
  });
});

describe('what publish remembers', () => {
  it('of an incident goes an hour after it was resolved', () => {
    const s = scene();
    tell(s, 10, 'a');
    change(s, 10);
    change(s, 20, { state: 'resolved' });
    s.advance({ at: 3_600_019 });
    expect([s.rows('incidents'), s.rows('members')]).toEqual([1, 1]);
    s.advance({ at: 3_600_020 });
    expect([s.rows('incidents'), s.rows('members')]).toEqual([0, 0]);
  });

  it('of an incident stays when it is reopened, and its revisions go on', () => {
    const s = scene();
    tell(s, 10, 'a');
    change(s, 10);
    change(s, 20, { state: 'resolved' });
    tell(s, 1_000_000, 'b', { suppression: quiet() });
    change(s, 1_000_000, { generation: 2, alertCount: 2 });
    s.advance({ at: 9_000_000 });
    expect(seen(s)).toEqual(['1: open, 1 (0)', '2: resolved, 1 (0)', '3: open, 2 (1)']);
    expect(s.rows('incidents')).toBe(1);
  });

  it('of a member goes with its final summary', () => {
    const s = scene();
    tell(s, 10, 'a');
    tell(s, 20, 'a', { emitReason: 'final', isFinal: true });
    expect(s.rows('members')).toBe(0);
  });

  it('of an incident that correlate never speaks of goes too', () => {
    const s = scene({ keepMs: 1_000 });
    tell(s, 10, 'a');
    s.advance({ at: 1_010 });
    expect([s.rows('incidents'), s.rows('members')]).toEqual([0, 0]);
  });

  it('is stored and read back as it is', () => {
    for (const row of [
      { incident: null, isVisible: false, revision: 0, suppressed: 3 },
      {
        incident: incident({
          endedAt: 5,
          probableCause: {
            fingerprint: fingerprint('f'),
            confidence: 0.5,
            contributions: [{ name: 'first', weight: 1 }],
          },
        }),
        isVisible: true,
        revision: 2,
        suppressed: 0,
      },
    ]) {
      const type = avro.Type.forSchema(tables.incidents.schema);
      expect(JSON.parse(JSON.stringify(type.fromBuffer(type.toBuffer(row))))).toEqual(row);
    }
    const type = avro.Type.forSchema(tables.members.schema);
    const member = { incidentId: 'i', isTold: true };
    expect({ ...type.fromBuffer(type.toBuffer(member)) }).toEqual(member);
  });
});

describe('laws of publish', () => {
  const reasons = fc.constantFrom('first', 'update', 'reminder', 'resolved', 'final', 'merged', 'released');
  const anyStep = fc.oneof(
    fc.record({
      id: fc.nat(5),
      isQuiet: fc.boolean(),
      emitReason: reasons,
      incident: fc.constantFrom('i1', 'i2'),
    }),
    fc.record({
      change: fc.constantFrom('i1', 'i2'),
      state: fc.constantFrom('open', 'resolved'),
      afterMs: fc.nat(3_000),
    }),
  );
  type Step = typeof anyStep extends fc.Arbitrary<infer T> ? T : never;

  function play(steps: readonly Step[], restartAt = -1) {
    let driven = scene({ keepMs: 5_000 });
    const events: RelateEvent[] = [];
    const decisions: unknown[] = [];
    let at = 0;
    steps.forEach((step, index) => {
      if (index === restartAt) {
        events.push(...driven.events);
        decisions.push(...driven.decisions);
        driven = driven.restart();
      }
      if ('change' in step) {
        at += step.afterMs;
        change(driven, at, { id: incidentId(step.change), state: step.state as 'open', alertCount: 6 });
      } else {
        const { id, isQuiet, emitReason } = step;
        const over = {
          emitReason: emitReason as 'first',
          isFinal: emitReason === 'final',
          suppression: isQuiet ? quiet() : null,
        };
        tell(driven, at, `${step.incident}-${id}`, { ...over, incident: ref(step.incident) });
      }
    });
    return { events: [...events, ...driven.events], decisions: [...decisions, ...driven.decisions] };
  }
  const anySteps = fc.array(anyStep, { maxLength: 50 });

  it('each telling is published once and decided once; passed and suppressed add up to all', () => {
    fc.assert(
      fc.property(anySteps, (steps) => {
        const { events, decisions } = play(steps);
        const tellings = steps.filter((step) => !('change' in step)).length;
        const topics = events.map((event) => (event.kind === 'output' ? event.topic : ''));
        expect(topics.filter((topic) => topic === 'enriched' || topic === 'suppressed')).toHaveLength(
          tellings,
        );
        expect(decisions).toHaveLength(tellings);
      }),
      { numRuns: 200 },
    );
  });

  it('revisions of an incident count up by one until it is forgotten', () => {
    fc.assert(
      fc.property(anySteps, (steps) => {
        const last = new Map<string, number>();
        for (const event of play(steps).events) {
          if (event.kind !== 'output' || event.topic !== 'incidents') continue;
          const { id, revision, suppressedCount, alertCount } = event.value;
          expect([1, (last.get(id) ?? 0) + 1]).toContain(revision);
          expect(suppressedCount).toBeLessThanOrEqual(alertCount);
          last.set(id, revision);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('a restart anywhere changes nothing', () => {
    fc.assert(
      fc.property(anySteps, fc.nat(50), (steps, restartAt) => {
        expect(play(steps, restartAt)).toEqual(play(steps));
      }),
      { numRuns: 300 },
    );
  });
});
