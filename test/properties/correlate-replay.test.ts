import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Bench, bench, hourMs, t0 } from '../operators/correlate/tellings.ts';
import { edges, type Sent, streams } from './correlate-stream.ts';

const config = { topology: { edges }, maxMembers: 6, maxAgeMs: 3 * hourMs };

function play(test: Bench, stream: readonly Sent[]) {
  for (const { at, event } of stream) test.send(event, at);
  return { events: test.driven.events, decisions: test.driven.decisions };
}

const endOf = (stream: readonly Sent[]) => stream.at(-1)?.at ?? 0;

describe('correlate, for any stream', () => {
  it('says the same when it is run again', () => {
    fc.assert(
      fc.property(streams, (stream) => {
        expect(play(bench(config), stream)).toEqual(play(bench(config), stream));
      }),
      { numRuns: 150 },
    );
  });

  it('goes on as before after a restart at any event, whatever order the rows come back in', () => {
    fc.assert(
      fc.property(streams, fc.nat(), (stream, cutAt) => {
        const whole = bench(config);
        play(whole, stream);
        whole.advance(endOf(stream) + hourMs);
        const cut = cutAt % stream.length;
        const before = bench(config);
        play(before, stream.slice(0, cut));
        const after = before.restart();
        play(after, stream.slice(cut));
        after.advance(endOf(stream) + hourMs);
        expect([...before.driven.events, ...after.driven.events]).toEqual(whole.driven.events);
        expect([...before.driven.decisions, ...after.driven.decisions]).toEqual(whole.driven.decisions);
      }),
      { numRuns: 1000 },
    );
  });

  it('goes on as before though it is restarted after each event', () => {
    fc.assert(
      fc.property(streams, (stream) => {
        const whole = play(bench(config), stream);
        let test = bench(config);
        const events = stream.flatMap((sent) => {
          test = test.restart();
          return play(test, [sent]).events;
        });
        // A timer that fires on the way to an event belongs to the run that saw the event.
        expect(events).toEqual(whole.events);
      }),
      { numRuns: 300 },
    );
  });

  it('leaves no rows when everything has ended and been forgotten', () => {
    fc.assert(
      fc.property(streams, (stream) => {
        const test = bench(config);
        play(test, stream);
        const end = endOf(stream);
        for (const { event } of stream) {
          if (event.kind !== 'telling') continue;
          for (const occurrence of [
            event.alert.occurrence,
            event.alert.mergedInto ?? event.alert.occurrence,
          ]) {
            const alert = { ...event.alert, occurrence, mergedInto: null, isLate: false, isFinal: true };
            test.tell({ ...alert, emitReason: 'final', lastSeen: t0 + end }, end);
          }
        }
        test.advance(end + 5 * hourMs);
        expect(['members', 'incidents', 'values'].map((table) => test.driven.rows(table))).toEqual([0, 0, 0]);
        expect([...test.driven.host.queues.at.all()]).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });
});
