import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RelateEvent } from '../../operators/events.ts';
import { alertOf, bench, hourMs, minuteMs, secondMs, t0 } from '../operators/correlate/tellings.ts';
import { edges, type Sent, streams } from './correlate-stream.ts';

const config = { topology: { edges } };

/** What has arrived is claimed by the minute, whoever it is about. */
function play(stream: readonly Sent[]): readonly RelateEvent[] {
  const { driven, advance } = bench(config);
  let claimed = 0;
  const claimTo = (at: number): void => {
    for (; claimed <= at; claimed += minuteMs) advance(claimed);
  };
  for (const { at, event } of stream) {
    claimTo(at);
    driven.send(event, t0 + at);
  }
  claimTo((stream.at(-1)?.at ?? 0) + hourMs);
  return driven.events;
}

const tenantOf = (event: RelateEvent): string => {
  if (event.kind === 'telling') return event.alert.tenant;
  if (event.kind === 'incident') return event.incident.tenant;
  return event.kind === 'control' ? event.control.tenant : '';
};

describe('correlate, for any stream', () => {
  it('tells one tenant what it would have told it alone', () => {
    fc.assert(
      fc.property(streams, fc.constantFrom('acme', 'umbra'), (stream, tenant) => {
        const alone = play(stream.filter(({ event }) => tenantOf(event) === tenant));
        const among = play(stream).filter((event) => tenantOf(event) === tenant);
        // Times of the last quiet timers depend on how far the clock of the longer stream goes.
        expect(among.slice(0, alone.length)).toEqual(alone);
      }),
      { numRuns: 150 },
    );
  });

  it('passes each telling and each control once, in order', () => {
    fc.assert(
      fc.property(streams, (stream) => {
        const passed = play(stream).filter(({ kind }) => kind !== 'incident');
        expect(passed.map((event) => (event.kind === 'telling' ? telling(event.alert) : event))).toEqual(
          stream.map(({ event }) => event),
        );
      }),
      { numRuns: 100 },
    );
  });

  it('gives every alert that begins an incident', () => {
    fc.assert(
      fc.property(streams, (stream) => {
        for (const event of play(stream)) {
          if (event.kind !== 'telling' || !['first', 'late'].includes(event.alert.emitReason)) continue;
          expect(event.alert.incident).not.toBeNull();
        }
      }),
      { numRuns: 100 },
    );
  });

  it('counts revisions of an incident without a gap, and its generations never fall', () => {
    fc.assert(
      fc.property(streams, (stream) => {
        const last = new Map<string, { revision: number; generation: number }>();
        for (const event of play(stream)) {
          if (event.kind !== 'incident') continue;
          const { id, revision, generation, startedAt, endedAt, state } = event.incident;
          const before = last.get(id) ?? { revision: 0, generation: 1 };
          expect(revision).toBe(before.revision + 1);
          expect(generation).toBeGreaterThanOrEqual(before.generation);
          expect(endedAt === null).toBe(state !== 'resolved');
          expect(endedAt ?? startedAt).toBeGreaterThanOrEqual(startedAt);
          last.set(id, { revision, generation });
        }
      }),
      { numRuns: 150 },
    );
  });

  it('explains each confidence by parts that sum to at most it, all in 0–1', () => {
    fc.assert(
      fc.property(streams, (stream) => {
        const stated = play(stream).map((event) =>
          event.kind === 'telling'
            ? event.alert.incident
            : event.kind === 'incident'
              ? event.incident.probableCause
              : null,
        );
        for (const one of stated) {
          if (one === null) continue;
          const { confidence, contributions } = one;
          const sum = contributions.reduce((total, { weight }) => total + weight, 0);
          expect(sum).toBeLessThanOrEqual(confidence + 1e-9);
          expect(confidence).toBeGreaterThan(0);
          expect(confidence).toBeLessThanOrEqual(1);
        }
      }),
      { numRuns: 100 },
    );
  });
});

describe('the cost of placing an alert', () => {
  it('is bounded by maxCandidates, however many incidents share its host and message', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 20, max: 120 }),
        (maxCandidates, count) => {
          const { tell, driven } = bench({ maxMembers: 1, maxCandidates });
          for (let n = 0; n < count; n += 1) {
            tell(alertOf({ name: 'Same', labels: { host: 'h', pod: `p${n}` }, from: n * secondMs }));
          }
          const compared = driven.decisions.map(({ detail }) => Number(detail['compared']));
          expect(Math.max(...compared)).toBe(Math.min(maxCandidates, count - 1));
        },
      ),
      { numRuns: 20 },
    );
  });

  it('does not grow with incidents that are open but old', () => {
    const { tell, driven } = bench();
    for (let n = 0; n < 100; n += 1) {
      tell(alertOf({ name: `Alone${'abcdefghij'[n % 10]}`, labels: { host: 'h' }, from: n * 20 * minuteMs }));
    }
    const compared = driven.decisions.map(({ detail }) => Number(detail['compared'] ?? 0));
    expect(Math.max(...compared.slice(0, 10))).toBe(0);
  });
});

function telling(alert: (RelateEvent & { kind: 'telling' })['alert']): RelateEvent {
  return { kind: 'telling', alert: { ...alert, incident: null }, cause: null };
}
