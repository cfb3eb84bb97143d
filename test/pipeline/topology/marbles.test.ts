import { map, type OperatorFunction, Subject } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { describe, expect, test } from 'vitest';
import type { ReduceEvent, RelateEvent } from '../../../operators/events.ts';
import { reduce, relate } from '../../../pipeline/topology.ts';
import type { Control } from '../../../schemas/control.ts';
import type { ControlCopy, Partial } from '../../../schemas/reduced.ts';
import { OperatorHost } from '../../support/operator-host.ts';
import { rawRecord } from '../../support/raw-records.ts';
import { dawn, minute, quickConfig } from '../../support/virtual-world.ts';

const operators = quickConfig();
const reduceGraph = (host: OperatorHost) =>
  reduce(
    operators,
    {
      decodeAvro: () => {
        throw new Error('nothing here is Avro');
      },
    },
    host,
  );

/** One letter per event: what it is, and for an output which topic. */
const letters: Readonly<Record<string, string>> = {
  reduced: 'r',
  enriched: 'e',
  suppressed: 's',
  incidents: 'i',
  aggregates: 'a',
  'dead-letter': 'd',
  control: 'c',
};
const lettered = (): OperatorFunction<ReduceEvent | RelateEvent, string> =>
  map((event) => letters[event.kind === 'output' ? event.topic : event.kind] ?? event.kind);

const marbles = (run: (test: Parameters<Parameters<TestScheduler['run']>[0]>[0]) => void) =>
  new TestScheduler((actual, expected) => expect(actual).toEqual(expected)).run(run);

let offset = 0;
const record = (value: unknown, at = dawn) =>
  rawRecord(JSON.stringify(value), { at, shard: 0, offset: offset++ });

describe('REDUCE', () => {
  const alerts = {
    f: record({ name: 'DiskFull' }),
    g: record({ name: 'DiskFull' }),
    r: record({ name: 'DiskFull', status: 'resolved' }),
    h: record({ name: 'Other' }),
    l: record({ name: 'DiskFull', observedAt: dawn - 10 * minute }),
    b: record([{ name: 'Many' }, { name: 'More' }]),
    x: rawRecord('{"name": "cut o', { at: dawn }),
  };
  const cases: readonly [string, string, string][] = [
    ['states a first sighting at once', 'f-h|', 'r-r|'],
    ['holds back what is only one more of the same', 'f-g-g-h|', 'r-----r|'],
    ['states a change of status at once, and before it how far the run had come', 'f-g-r---|', 'r---(rr)|'],
    ['passes a late alert alone', 'f-l|', 'r-r|'],
    ['takes each alert of a record for itself', 'b-----|', '(rr)--|'],
    ['hands on what it cannot read as a dead letter', 'f-x-f|', 'r-d--|'],
  ];
  test.each(cases)('%s', (_name, came, told) => {
    marbles(({ cold, expectObservable }) => {
      const host = new OperatorHost();
      host.advance({ at: dawn });
      expectObservable(cold(came, alerts).pipe(reduceGraph(host), lettered())).toBe(told);
    });
  });

  test('tells the rest when its cell is over', () => {
    marbles(({ cold, expectObservable, flush }) => {
      const host = new OperatorHost();
      host.advance({ at: dawn });
      const came = cold('f-g-h---|', alerts);
      expectObservable(came.pipe(reduceGraph(host), lettered())).toBe('r---(rr)|');
      came.subscribe(
        ({ offset: place }) => place === alerts.h.offset && host.advance({ at: dawn + 5 * minute }),
      );
      flush();
    });
  });
});

/** What REDUCE states of one alert; made by REDUCE itself. */
function factOf(value: unknown, at = dawn): Partial {
  const host = new OperatorHost();
  host.advance({ at });
  const facts: Partial[] = [];
  marbles(({ cold }) => {
    cold('a', { a: record(value, at) })
      .pipe(reduceGraph(host))
      .subscribe((event) => {
        if (event.kind === 'output' && event.topic === 'reduced' && event.value.kind === 'partial')
          facts.push(event.value);
      });
  });
  const [fact] = facts;
  if (fact === undefined) throw new Error('REDUCE stated nothing');
  return fact;
}

const silence: Control = {
  ...{ kind: 'silence', id: 's', tenant: 'default', createdBy: 'ada', comment: '' },
  ...{
    matchers: [{ name: 'name', op: '=', value: 'Quiet' }],
    startsAt: dawn - minute,
    endsAt: dawn + 60 * minute,
  },
};

describe('RELATE', () => {
  const first = factOf({ name: 'DiskFull' });
  const facts: Readonly<Record<string, RelateEvent>> = {
    f: first,
    g: first,
    h: factOf({ name: 'LinkDown' }),
    r: factOf({ name: 'DiskFull', status: 'resolved' }, dawn + minute),
    q: factOf({ name: 'Quiet' }),
    c: { kind: 'control', index: 0, control: silence } satisfies ControlCopy,
  };
  const cases: readonly [string, string, string][] = [
    ['tells a first sighting and its incident at once', 'f---|', '(ei)|'],
    ['tells nothing of what it has seen', 'f---g|', '(ei)-|'],
    ['tells a resolve; the incident waits whether it fires again', 'f---r-|', '(ei)e-|'],
    ['tells of different alerts one by one', 'f---h---|', '(ei)(ei)|'],
    ['suppresses what a control that came before silences', 'c-q|', 'c-s|'],
    ['takes back nothing that was told before the control came', 'q---c-|', '(ei)c-|'],
  ];
  test.each(cases)('%s', (_name, came, told) => {
    marbles(({ cold, expectObservable }) => {
      const host = new OperatorHost();
      host.advance({ at: dawn });
      expectObservable(cold(came, facts).pipe(relate(operators, host), lettered())).toBe(told);
    });
  });

  test('gives the last word and the windows once nothing more can come', () => {
    const host = new OperatorHost();
    host.advance({ at: dawn });
    const told: string[] = [];
    const events = new Subject<RelateEvent>();
    events.pipe(relate(operators, host), lettered()).subscribe((topic) => told.push(topic));
    events.next(first);
    told.length = 0;
    host.advance({ at: dawn + 30 * minute });
    expect(told).toEqual([]);
    host.advance({ complete: dawn + 30 * minute });
    expect(new Set(told)).toEqual(new Set(['e', 'a']));
  });
});
