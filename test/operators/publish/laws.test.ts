import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RelateEvent } from '../../../operators/events.ts';
import { incidentId } from '../../support/tellings.ts';
import { change, quiet, ref, scene, tell } from './scene.ts';

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
