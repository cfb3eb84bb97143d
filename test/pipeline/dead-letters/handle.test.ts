import { describe, expect, test } from 'vitest';
import type { Broker, Producer, Transaction } from '../../../pipeline/broker/index.ts';
import { deskId } from '../../../pipeline/dead-letters/index.ts';
import { topics } from '../../../schemas/topics.ts';
import { brokerWith } from '../../support/overriding.ts';
import { brokerWithLetters, handle, letter, lettersOf, rawRecords, rawValues, startMs } from './desk.ts';

const committed = async (broker: Broker) =>
  (await broker.admin.committed(deskId, { topic: topics.deadLetters.name, partition: 0 }))?.offset;

describe('a retry', () => {
  test('sends the record as it came, to the partition it came from', async () => {
    const headers = { 'ce-type': 'alert' };
    const broker = await brokerWithLetters([letter({ offset: 7, partition: 1, headers })]);
    expect(await handle(broker)).toEqual({ records: 1, letters: 1, of: 1 });
    const [sent] = await rawRecords(broker);
    expect(sent?.partition).toBe(1);
    expect(String(sent?.record.key)).toBe('key 7');
    expect(String(sent?.record.value)).toBe('raw 7');
    expect(Object.keys(sent?.record.headers ?? {})).toEqual(['ce-type']);
  });

  test('sends a record once, however many of its alerts were bad or repeated', async () => {
    const bad = [0, 3, 5].map((alert) => letter({ offset: 1, alert }));
    const broker = await brokerWithLetters([...bad, letter({ offset: 1 })]);
    expect(await handle(broker)).toEqual({ records: 1, letters: 3, of: 1 });
    expect(await rawValues(broker)).toEqual(['0: raw 1']);
  });

  test('sends a record without a value as such', async () => {
    const broker = await brokerWithLetters([letter({ offset: 1, value: null, code: 'record.empty' })]);
    await handle(broker);
    expect(await rawValues(broker)).toEqual(['0: null']);
  });

  test('goes to another partition when the topic has lost the one it came from', async () => {
    const broker = await brokerWithLetters([letter({ offset: 1, partition: 9 })]);
    await handle(broker);
    expect(await rawRecords(broker)).toHaveLength(1);
  });

  test('leaves nothing for a second one', async () => {
    const broker = await brokerWithLetters([letter({ offset: 1 })]);
    await handle(broker);
    expect(await handle(broker)).toEqual({ records: 0, letters: 0, of: 0 });
    expect(await rawValues(broker)).toEqual(['0: raw 1']);
  });

  test('neither sends nor marks what retention took', async () => {
    const broker = await brokerWithLetters([letter({ offset: 1 }), letter({ offset: 2 })]);
    let readings = 0;
    const forgetful = brokerWith(broker, {
      read: (range, onRecords) => {
        // The marks, the letters, and then their bytes.
        if (++readings === 3) broker.deleteRecordsBefore({ ...range }, 1);
        return broker.read(range, onRecords);
      },
    });
    expect(await handle(forgetful)).toEqual({ records: 1, letters: 1, of: 2 });
    expect(await rawValues(broker)).toEqual(['0: raw 2']);
  });

  test('on nothing does nothing, not even a transaction', async () => {
    const broker = await brokerWithLetters([]);
    expect(await handle(broker)).toEqual({ records: 0, letters: 0, of: 0 });
    expect(await committed(broker)).toBe(undefined);
  });

  test('of many records goes on from transaction to transaction, and ends between two when asked to', async () => {
    const many = Array.from({ length: 1_200 }, (_, offset) => letter({ offset }));
    const broker = await brokerWithLetters(many);
    const stop = new AbortController();
    const steps: number[] = [];
    const onDone = (records: number) => {
      steps.push(records);
      if (records >= 1_000) stop.abort();
    };
    expect(await handle(broker, { onDone, signal: stop.signal })).toMatchObject({
      records: 1_000,
      of: 1_200,
    });
    expect(await handle(broker, { onDone })).toMatchObject({ records: 200, of: 200 });
    expect(steps).toEqual([500, 1_000, 200]);
    expect(new Set(await rawValues(broker)).size).toBe(1_200);
    expect(await rawRecords(broker)).toHaveLength(1_200);
  });
});

describe('what is meant', () => {
  const letters = [
    letter({ offset: 1, code: 'record.empty' }),
    letter({ offset: 2 }),
    letter({ offset: 3, code: 'record.too-large' }),
    letter({ offset: 4 }),
  ];

  test.each<[string, NonNullable<Parameters<typeof handle>[1]>['filter'], string[]]>([
    ['everything, when nothing is said', {}, ['raw 1', 'raw 2', 'raw 3', 'raw 4']],
    ['one code', { codes: ['record.invalid-json'] }, ['raw 2', 'raw 4']],
    ['several codes', { codes: ['record.empty', 'record.too-large'] }, ['raw 1', 'raw 3']],
    ['what came since', { since: startMs + 3 }, ['raw 3', 'raw 4']],
    ['the oldest ones', { limit: 3 }, ['raw 1', 'raw 2', 'raw 3']],
    ['the one at an offset', { offsets: [2] }, ['raw 3']],
    ['all of it together', { codes: ['record.invalid-json'], since: startMs + 1, limit: 1 }, ['raw 2']],
    ['nothing', { codes: ['record.unknown-shape'] }, []],
  ])('may be %s', async (_name, filter = {}, values) => {
    const broker = await brokerWithLetters(letters);
    await handle(broker, { filter });
    expect(await rawValues(broker)).toEqual(values.map((value) => `0: ${value}`));
  });

  test('a retry takes every alert of its record along', async () => {
    const broker = await brokerWithLetters([
      letter({ offset: 1, alert: 0, code: 'record.invalid-time' }),
      letter({ offset: 1, alert: 1, code: 'record.invalid-field' }),
    ]);
    await handle(broker, { filter: { codes: ['record.invalid-field'] } });
    expect(await lettersOf(broker)).toEqual([
      '0: record.invalid-time 0@1#0 retried',
      '1: record.invalid-field 0@1#1 retried',
    ]);
  });

  test('a drop takes only the alerts that are meant', async () => {
    const broker = await brokerWithLetters([
      letter({ offset: 1, alert: 0, code: 'record.invalid-time' }),
      letter({ offset: 1, alert: 1, code: 'record.invalid-field' }),
    ]);
    await handle(broker, { handling: 'dropped', filter: { codes: ['record.invalid-field'] } });
    expect(await lettersOf(broker)).toEqual([
      '0: record.invalid-time 0@1#0 open',
      '1: record.invalid-field 0@1#1 dropped',
    ]);
    expect(await rawValues(broker)).toEqual([]);
  });

  test('what was dropped can be taken up again, once', async () => {
    const broker = await brokerWithLetters([letter({ offset: 1 }), letter({ offset: 2 })]);
    await handle(broker, { handling: 'dropped', filter: { limit: 1 } });
    await handle(broker, { state: 'dropped' });
    await handle(broker, { state: 'dropped' });
    expect(await rawValues(broker)).toEqual(['0: raw 1']);
    expect(await lettersOf(broker)).toEqual([
      '0: record.invalid-json 0@1#0 retried',
      '1: record.invalid-json 0@2#0 open',
    ]);
  });
});

describe('the offset of the group', () => {
  test('is that of the oldest letter that is open', async () => {
    const broker = await brokerWithLetters([1, 2, 3, 4].map((offset) => letter({ offset })));
    await handle(broker, { filter: { offsets: [0, 2] } });
    expect(await committed(broker)).toBe(1);
    await handle(broker, { handling: 'dropped', filter: { offsets: [1] } });
    expect(await committed(broker)).toBe(3);
    await handle(broker);
    expect(await committed(broker)).toBe(4);
  });

  test('may be lost without anything being handled twice', async () => {
    const broker = await brokerWithLetters([letter({ offset: 1 }), letter({ offset: 2 })]);
    await handle(broker);
    await broker.admin.deleteGroup(deskId);
    expect(await committed(broker)).toBe(undefined);
    expect(await handle(broker)).toMatchObject({ records: 0 });
    expect(await rawValues(broker)).toEqual(['0: raw 1', '0: raw 2']);
  });
});

/** A process that dies at its n-th call of the broker, before the call takes effect or after it. */
function dyingAt(broker: Broker, moment: number): { readonly broker: Broker; readonly died: () => boolean } {
  let moments = 0;
  let isDead = false;
  const attempt = async <T>(act: () => Promise<T>): Promise<T> => {
    if (isDead || moments++ === moment) {
      isDead = true;
      throw new Error('killed');
    }
    const answer = await act();
    if (moments++ !== moment) return answer;
    isDead = true;
    throw new Error('killed');
  };
  const transactionOf = (real: Transaction): Transaction => ({
    send: (records) => attempt(() => real.send(records)),
    sendOffsets: (id, offsets) => attempt(() => real.sendOffsets(id, offsets)),
    commit: () => attempt(() => real.commit()),
    abort: () => attempt(() => real.abort()),
  });
  const producerOf = (real: Producer): Producer => ({
    send: (records) => attempt(() => real.send(records)),
    begin: () => attempt(async () => transactionOf(await real.begin())),
    // Nobody cleans up after a process that was killed.
    close: async () => (isDead ? undefined : real.close()),
  });
  const over = { producer: (options?: { transactionalId?: string }) => producerOf(broker.producer(options)) };
  return { broker: brokerWith(broker, over), died: () => isDead };
}

describe('a run that is killed', () => {
  const letters = Array.from({ length: 4 }, (_, offset) =>
    letter({ offset, value: 'x'.repeat(600_000) + offset }),
  );

  test('at any moment, and repeated, has sent every record exactly once', async () => {
    let moment = 0;
    for (let hasDied = true; hasDied; moment += 1) {
      const broker = await brokerWithLetters(letters);
      const dying = dyingAt(broker, moment);
      await handle(dying.broker).catch(() => undefined);
      hasDied = dying.died();
      await handle(broker);
      const values = (await rawValues(broker)).map((value) => value.slice(-1));
      expect(values, `killed at moment ${moment}`).toEqual(['0', '1', '2', '3']);
      expect((await lettersOf(broker)).every((line) => line.endsWith('retried'))).toBe(true);
      expect(await committed(broker)).toBe(4);
    }
    // Four transactions of four calls each, and the one that fences.
    expect(moment).toBeGreaterThan(2 * 4 * 4);
  });

  test('and slow to die, finds itself fenced by the one that took over', async () => {
    const broker = await brokerWithLetters(letters);
    let second: ReturnType<typeof handle> | null = null;
    const first = handle(broker, {
      onDone: () => {
        second ??= handle(broker);
      },
    });
    const outcomes = await Promise.allSettled([first, first.catch(() => undefined).then(() => second)]);
    expect(outcomes[0]).toMatchObject({ status: 'rejected', reason: { code: 'broker.fenced' } });
    expect((await rawValues(broker)).map((value) => value.slice(-1))).toEqual(['0', '1', '2', '3']);
  });
});
