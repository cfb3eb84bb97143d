import { Subject } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { lift } from '../../operators/lift.ts';
import { defineOperator } from '../../operators/operator.ts';
import { table } from '../../operators/table.ts';
import { OperatorHost } from '../support/operator-host.ts';

type Letter =
  | { readonly kind: 'letter'; readonly text: string }
  | { readonly kind: 'other'; readonly text: string };

const letter = (text: string): Letter => ({ kind: 'letter', text });
const other = (text: string): Letter => ({ kind: 'other', text });

interface Seen {
  readonly times: number;
}
const seen = table<Seen>({ type: 'record', name: 'Seen', fields: [{ name: 'times', type: 'int' }] });

/** Passes a letter as often as it has come, drops `z`, fails on `!`, and says `k@due` when the timer of letter k fires. */
const echo = defineOperator<Letter>()({
  name: 'echo',
  config: z.object({ suffix: z.string() }),
  tables: { seen },
  derive: ({ suffix }, tables) => ({ suffix, known: tables.seen.size }),
  on: {
    letter(step, { text }) {
      if (text === '!') throw new Error('cannot say that');
      if (text === 'z') return;
      const times = (step.tables.seen.get(text)?.times ?? 0) + 1;
      step.tables.seen.set(text, { times });
      step.wakeAt(text, step.time.at + 100);
      for (let i = 0; i < times; i += 1) step.emit(letter(text + step.derived.suffix));
    },
  },
  onTimer(step, { key, due }) {
    if (key === 'x') throw new Error('cannot wait');
    step.emit(letter(`${key}@${due}`));
  },
});

const marbles = (run: (test: Parameters<Parameters<TestScheduler['run']>[0]>[0]) => void) =>
  new TestScheduler((actual, expected) => expect(actual).toEqual(expected)).run(run);

const lifted = (host: OperatorHost, suffix = '') => lift(echo, { suffix }, host);

const values = { a: letter('a'), b: letter('b'), o: other('o'), z: letter('z') };

describe('lift', () => {
  test('what an operator emits comes out in the frame in which its event came in', () => {
    marbles(({ cold, expectObservable }) => {
      const source = cold<Letter>('a-a---b|', values);
      expectObservable(source.pipe(lifted(new OperatorHost()))).toBe('a-(aa)b|', values);
    });
  });

  test('kinds without a handler pass through; a handled event goes on only if it is emitted', () => {
    marbles(({ cold, expectObservable }) => {
      const source = cold<Letter>('o-z-a|', values);
      expectObservable(source.pipe(lifted(new OperatorHost()))).toBe('o---a|', values);
    });
  });

  test('an operator reads its config', () => {
    marbles(({ cold, expectObservable }) => {
      expectObservable(cold<Letter>('a|', values).pipe(lifted(new OperatorHost(), '!'))).toBe('x|', {
        x: letter('a!'),
      });
    });
  });

  test('two in a row hand on synchronously', () => {
    marbles(({ cold, expectObservable }) => {
      const host = new OperatorHost();
      const both = cold<Letter>('a---b|', values).pipe(lifted(host, '1'), lifted(host, '2'));
      expectObservable(both).toBe('x---y|', { x: letter('a12'), y: letter('b12') });
    });
  });

  test('each subscription has tables of its own', () => {
    marbles(({ cold, expectObservable }) => {
      const graph = cold<Letter>('a-a---|', values).pipe(lifted(new OperatorHost()));
      expectObservable(graph).toBe('a-(aa)|', values);
      expectObservable(graph).toBe('a-(aa)|', values);
    });
  });

  test('what a timer emits comes out when the host fires it, at the time that was asked for', () => {
    marbles(({ cold, expectObservable, flush }) => {
      const host = new OperatorHost();
      const source = cold<Letter>('a-o', { ...values, o: other('tick') });
      const graph = source.pipe(lifted(host));
      expectObservable(graph).toBe('a-(xo)', { ...values, o: other('tick'), x: letter('a@100') });
      source.subscribe(({ kind }) => kind === 'other' && host.advance({ at: 500 }));
      flush();
    });
  });

  test.each([
    ['on an event', (host: OperatorHost) => host.time, '!'],
    ['on a timer', (host: OperatorHost) => host.advance({ at: 500 }), 'x'],
  ])('what an operator throws %s is the error of the graph, at once', (_name, act, text) => {
    const host = new OperatorHost();
    const events = new Subject<Letter>();
    const failures: string[] = [];
    events.pipe(lifted(host)).subscribe({ error: (error: Error) => failures.push(error.message) });
    events.next(letter(text));
    act(host);
    expect(failures).toEqual([text === '!' ? 'cannot say that' : 'cannot wait']);
  });

  test('a restored stage derives anew', () => {
    const host = new OperatorHost();
    const said: Letter[] = [];
    const events = new Subject<Letter>();
    events.pipe(lifted(host)).subscribe((event) => said.push(event));
    host.stages[0]?.tables['seen']?.table.restore('a', { times: 1 });
    host.stages[0]?.rederive();
    events.next(letter('a'));
    expect(said).toHaveLength(2);
  });
});
