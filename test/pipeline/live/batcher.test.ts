import { describe, expect, test } from 'vitest';
import type { ProduceRecord } from '../../../pipeline/broker/index.ts';
import { Batcher, type BatcherLimits } from '../../../pipeline/live/batcher.ts';
import { VirtualClock } from '../../../pipeline/time/index.ts';
import { type ErrorCode, TocsinError } from '../../../schemas/errors.ts';

const recordOf = (value: string): ProduceRecord => ({ topic: 't', key: null, value: Buffer.from(value) });
const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
};

/** A batcher in front of a log that answers when it is told to. */
function batching(limits: Partial<BatcherLimits> = {}) {
  const clock = new VirtualClock();
  const sends: string[][] = [];
  const answers: ((error?: Error) => void)[] = [];
  const send = (records: readonly ProduceRecord[]): Promise<[]> => {
    sends.push(records.map(({ value }) => String(value)));
    return new Promise((resolve, reject) => {
      answers.push((error) => (error === undefined ? resolve([]) : reject(error)));
    });
  };
  const batcher = new Batcher({ send }, clock, limits);
  const outcomes: Record<string, string> = {};
  /** Puts one record in; what became of it is noted under its value. */
  const put = (value: string): void => {
    const became = (outcome: string): void => {
      outcomes[value] = outcome;
    };
    batcher.put(recordOf(value)).then(
      () => became('taken'),
      (error: TocsinError) => became(error.code),
    );
  };
  /** Answers the send under way. */
  const answer = async (code?: ErrorCode): Promise<void> => {
    answers.shift()?.(code === undefined ? undefined : new TocsinError(code, 'x'));
    await settle();
  };
  return { put, answer, sends, outcomes, clock };
}

describe('records on their way into a cluster', () => {
  test('that arrive while a send is under way go together with the next one', async () => {
    const { put, answer, sends, outcomes } = batching();
    for (const value of ['a', 'b', 'c']) put(value);
    expect(sends).toEqual([['a']]);
    await answer();
    expect(outcomes).toEqual({ a: 'taken' });
    expect(sends).toEqual([['a'], ['b', 'c']]);
    await answer();
    expect(outcomes).toEqual({ a: 'taken', b: 'taken', c: 'taken' });
  });

  test('are cut into sends of bounded size, in the order in which they came', async () => {
    const { put, answer, sends } = batching({ maxBatchRecords: 2 });
    for (const value of ['a', 'b', 'c', 'd']) put(value);
    await answer();
    await answer();
    await answer();
    expect(sends).toEqual([['a'], ['b', 'c'], ['d']]);
  });

  test('fail together when the broker is away, and the next ones are tried again', async () => {
    const { put, answer, outcomes } = batching();
    put('a');
    await answer('broker.unavailable');
    put('b');
    await answer();
    expect(outcomes).toEqual({ a: 'broker.unavailable', b: 'taken' });
  });

  test('do not suffer from one beside them that the broker will not have', async () => {
    const { put, answer, sends, outcomes } = batching();
    for (const value of ['a', 'b', 'huge', 'c']) put(value);
    await answer();
    await answer('broker.invalid-record');
    await answer();
    await answer('broker.invalid-record');
    await answer();
    expect(sends).toEqual([['a'], ['b', 'huge', 'c'], ['b'], ['huge'], ['c']]);
    expect(outcomes).toEqual({ a: 'taken', b: 'taken', huge: 'broker.invalid-record', c: 'taken' });
  });

  test.each<[string, Partial<BatcherLimits>]>([
    ['in number', { maxWaitingRecords: 2 }],
    ['in bytes', { maxWaitingBytes: 2 }],
  ])('are refused when too much waits %s, and taken again when it is gone', async (_name, limits) => {
    const { put, answer, outcomes } = batching(limits);
    for (const value of ['a', 'b', 'c']) put(value);
    await settle();
    expect(outcomes).toEqual({ c: 'api.not-taking' });
    await answer();
    put('d');
    await answer();
    await answer();
    expect(outcomes).toEqual({ a: 'taken', b: 'taken', c: 'api.not-taking', d: 'taken' });
  });

  test('are given up after a while; one that was not sent yet is not sent any more', async () => {
    const { put, answer, sends, outcomes, clock } = batching({ patienceMs: 1_000 });
    put('a');
    put('b');
    clock.advanceTo(1_000);
    await settle();
    expect(outcomes).toEqual({ a: 'broker.unavailable', b: 'broker.unavailable' });
    put('c');
    await answer();
    await answer();
    expect(sends).toEqual([['a'], ['c']]);
    expect(outcomes['c']).toBe('taken');
  });
});
