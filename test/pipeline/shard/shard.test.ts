import { beforeEach, describe, expect, test } from 'vitest';
import type { DeadLetter, Output } from '../../../operators/events.ts';
import type { LogRecord } from '../../../pipeline/broker/index.ts';
import { Shard, type ShardSink } from '../../../pipeline/shard/index.ts';
import type { RowChange } from '../../../pipeline/state/index.ts';
import type { Origin } from '../../../schemas/place.ts';
import { type Order, orderRecord, puppetGraph, say } from '../../support/puppet.ts';

class Listener implements ShardSink {
  readonly said: string[] = [];
  readonly origins: Origin[] = [];
  readonly letters: { readonly letter: DeadLetter; readonly record: LogRecord }[] = [];

  output(output: Output, origin: Origin): void {
    this.said.push(output.topic === 'decisions' ? output.value.alertId : output.topic);
    this.origins.push(origin);
  }
  deadLetter(letter: DeadLetter, record: LogRecord): void {
    this.letters.push({ letter, record });
  }
  assigned(): void {}
}

const heartbeat = (complete: number, shard = 0, shards = 1) => ({
  kind: 'heartbeat',
  shard,
  shards,
  complete,
});
const control = (index: number) => ({ kind: 'control', index });
const wake = (key: string, due: number) => ({ kind: 'wake', key, due });
const close = (key: string, due: number) => ({ kind: 'close', key, due });

describe('Shard', () => {
  let heard: Listener;
  let shard: Shard<Order>;
  let offset: number;
  beforeEach(() => {
    heard = new Listener();
    shard = new Shard(puppetGraph(), 3, heard);
    offset = 0;
  });

  const step = (at: number, order: unknown) => shard.step(orderRecord(offset++, at, order));
  const restored = (changes: readonly RowChange[]) => {
    const again = new Shard(puppetGraph(), 3, heard);
    // A store gives rows back in any order.
    again.restore([...changes].reverse());
    again.restored();
    return again;
  };

  test('a record’s outputs are out before step returns', () => {
    step(10, say('a'));
    expect(heard.said).toEqual(['a']);
  });

  test('origins grow: the record’s offset, and n from 0 over timers first and then the event', () => {
    step(10, wake('x', 20));
    step(10, close('y', 20));
    step(30, say('a'));
    step(30, heartbeat(40));
    step(30, say('b'));
    expect(heard.said).toEqual([
      'at x due 20 at 20 complete 0',
      'a',
      'complete y due 20 at 30 complete 40',
      'b',
    ]);
    expect(heard.origins.map(({ offset: at, n }) => `${at}.${n}`)).toEqual(['2.0', '2.1', '3.0', '4.0']);
    expect(heard.origins.every(({ shard: number }) => number === 3)).toBe(true);
  });

  test('a heartbeat is time and nothing else', () => {
    step(10, { kind: 'put', key: 'k', value: 'v' });
    Array.from(shard.takeChanges());
    step(20, heartbeat(15));
    expect(heard.said).toEqual([]);
    expect(shard.host.time).toEqual({ at: 20, complete: 15 });
    expect([...shard.takeChanges()].map(({ table }) => table)).toEqual(['$clock', '$claims']);
  });

  test('time never goes back, whatever the records say', () => {
    step(50, say('a'));
    step(20, say('b'));
    step(30, heartbeat(40));
    step(30, heartbeat(10));
    expect(shard.host.time).toEqual({ at: 50, complete: 40 });
  });

  test('a timer set to a time already past fires before the next record, though no clock moves', () => {
    step(50, wake('x', 10));
    expect(heard.said).toEqual([]);
    step(50, say('a'));
    expect(heard.said).toEqual(['at x due 10 at 10 complete 0', 'a']);
  });

  test('a control acts once: copies at or below the mark are ignored', () => {
    for (const index of [0, 0, 4, 2, 4, 5]) step(10, control(index));
    expect(heard.said.map((text) => text.split(' ')[1])).toEqual(['0', '4', '5']);
    expect(shard.controlMark).toBe(5);
  });

  test('the control mark survives a restore', () => {
    step(10, control(4));
    shard = restored([...shard.takeChanges()]);
    step(11, control(3));
    step(11, control(5));
    expect(heard.said.map((text) => text.split(' ')[1])).toEqual(['4', '5']);
  });

  test('a restored shard goes on as the first one would have: rows, timers, clocks, claims', () => {
    const before = [
      [10, heartbeat(5, 0, 2)],
      [11, heartbeat(9, 1, 2)],
      [12, { kind: 'put', key: 'b', value: '1' }],
      [12, { kind: 'put', key: 'a', value: '2' }],
      [12, { kind: 'put', key: 'gone', value: '3' }],
      [13, { kind: 'put', key: 'gone', value: null }],
      [13, wake('w', 100)],
      [13, wake('taken back', 100)],
      [13, { kind: 'wake', key: 'taken back', due: null }],
      [13, close('c', 50)],
    ] as const;
    for (const [at, order] of before) step(at, order);
    const changes = [...shard.takeChanges()];
    const again = restored(changes);
    expect(again.size).toEqual(shard.size);
    expect(again.host.time).toEqual(shard.host.time);
    shard = again;
    step(60, heartbeat(60, 1, 2));
    step(60, heartbeat(55, 0, 2));
    step(200, control(0));
    expect(heard.said).toEqual([
      'complete c due 50 at 60 complete 55',
      'at w due 100 at 100 complete 55',
      'control 0 with a+b restored',
    ]);
  });

  test('rows and timers of another version are refused', () => {
    const timer = { table: '$timers', key: 'at/other/k' };
    step(10, wake('w', 100));
    const value = [...shard.takeChanges()].find(({ table }) => table === '$timers')?.value ?? null;
    const renamed = Buffer.from(
      Buffer.from(value ?? [])
        .toString('latin1')
        .replace('puppet', 'muppet'),
      'latin1',
    );
    expect(() => restored([{ ...timer, value: renamed }])).toThrow(
      expect.objectContaining({ code: 'state.newer' }),
    );
    const row = { table: 'muppet.rows', key: 'k', value: Buffer.from([0]) };
    expect(() => restored([row])).toThrow(expect.objectContaining({ code: 'state.newer' }));
  });

  test('outcomes count alerts, not decisions', () => {
    step(10, say('a'));
    step(10, say('b'));
    expect(shard.outcomes).toMatchObject({ folded: 2, passed: 0 });
    expect(shard.host.counts).toEqual([{ stage: 'puppet', in: 2, out: 0 }]);
  });

  const broken: readonly [string, () => void][] = [
    ['an operator throws on an event', () => step(10, { kind: 'throw', text: 'oh' })],
    [
      'an operator throws on a timer',
      () => {
        step(10, wake('throw', 20));
        step(30, say('a'));
      },
    ],
    [
      'what an operator states cannot be taken',
      () => {
        heard.output = () => {
          throw new Error('cannot be encoded');
        };
        step(10, say('a'));
      },
    ],
  ];
  test.each(broken)('it throws, at once and from then on, when %s', (_name, act) => {
    expect(act).toThrow(expect.objectContaining({ code: 'invariant.broken' }));
    expect(() => step(99, say('b'))).toThrow(expect.objectContaining({ code: 'invariant.broken' }));
  });

  test('what it throws names the record', () => {
    step(10, say('a'));
    expect(() => step(10, { kind: 'throw', text: 'oh' })).toThrow(/puppet\/3 at offset 1: Error: oh/);
  });

  test('idle moves time by the clock, and pokes the stage that holds facts back', () => {
    step(10, wake('x', 20));
    shard.idle(30, 'puppet');
    expect(heard.said).toEqual(['at x due 20 at 20 complete 0', 'at flush due 30 at 30 complete 0']);
    shard.idle(40, null);
    expect([heard.said.length, shard.host.time.at]).toEqual([2, 40]);
  });
});
