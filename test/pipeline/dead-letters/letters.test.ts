import { describe, expect, test } from 'vitest';
import {
  type Letter,
  LetterSummary,
  letterOf,
  originalHeaders,
} from '../../../pipeline/dead-letters/index.ts';
import { topics } from '../../../schemas/topics.ts';
import { brokerWithLetters, handle, letter, lettersOf, startMs } from './desk.ts';

/** The record as a consumer of the dead-letter topic gets it. */
const received = (fields: Parameters<typeof letter>[0], offset = 0) => {
  const { key, value, headers = {}, timestamp = 0 } = letter(fields);
  return { offset, key, value, headers, timestamp };
};

describe('a letter', () => {
  test('says what the worker wrote about the record', () => {
    const read = letterOf(received({ offset: 120, partition: 3, code: 'record.too-large', alert: 2 }, 7));
    expect(read).toMatchObject({
      offset: 7,
      source: { topic: topics.raw.name, partition: 3, offset: 120 },
      code: 'record.too-large',
      alert: 2,
      timestamp: startMs + 120,
    });
    expect(read.message).toContain('bad');
  });

  test('gives the headers back that the record came with', () => {
    const headers = { 'ce-type': 'alert', trace: 'abc' };
    expect(Object.keys(originalHeaders(received({ offset: 1, headers })))).toEqual(['ce-type', 'trace']);
  });

  test('has one name however often a crash repeats it, and another one after the topic was made anew', () => {
    const nameOf = (fields: Partial<Parameters<typeof letter>[0]>, offset: number) =>
      letterOf(received({ offset: 5, ...fields }, offset)).name;
    expect(nameOf({}, 9)).toBe(nameOf({}, 4));
    expect(nameOf({ timestamp: 1 }, 9)).not.toBe(nameOf({}, 9));
    expect(nameOf({ alert: 1 }, 9)).not.toBe(nameOf({}, 9));
    expect(nameOf({ partition: 1 }, 9)).not.toBe(nameOf({}, 9));
  });

  test('that somebody else wrote is named by its own place', () => {
    const foreign = { offset: 3, timestamp: 1, key: null, value: Buffer.from('x'), headers: {} };
    expect(letterOf(foreign)).toMatchObject({
      source: { topic: topics.deadLetters.name, partition: 0, offset: 3 },
      code: 'unknown',
      message: '',
    });
  });
});

describe('reading', () => {
  test('an empty topic is done at once', async () => {
    expect(await lettersOf(await brokerWithLetters([]))).toEqual([]);
  });

  test('topics that were not made are refused by their code', async () => {
    const broker = await brokerWithLetters([]);
    await broker.close();
    await expect(lettersOf(broker)).rejects.toMatchObject({ code: 'broker.unknown-topic' });
  });

  test('what a crash repeated is shown once', async () => {
    const broker = await brokerWithLetters([
      letter({ offset: 1 }),
      letter({ offset: 2 }),
      letter({ offset: 1 }),
    ]);
    expect(await lettersOf(broker)).toEqual([
      '0: record.invalid-json 0@1#0 open',
      '1: record.invalid-json 0@2#0 open',
    ]);
  });

  test('what a crash repeated after it was handled is handled', async () => {
    const broker = await brokerWithLetters([letter({ offset: 1 })]);
    await handle(broker, { handling: 'dropped' });
    await broker.producer().send([letter({ offset: 1 }), letter({ offset: 2 })]);
    expect(await lettersOf(broker)).toEqual([
      '0: record.invalid-json 0@1#0 dropped',
      '2: record.invalid-json 0@2#0 open',
    ]);
    expect(await lettersOf(broker, false)).toEqual([
      '1: record.invalid-json 0@1#0 dropped',
      '2: record.invalid-json 0@2#0 open',
    ]);
  });

  test('a mark that is not ours hides nothing', async () => {
    const broker = await brokerWithLetters([letter({ offset: 1 })]);
    const [first] = [letterOf(received({ offset: 1 }))];
    const mark = { topic: topics.handledLetters.name, key: Buffer.from(first.name) };
    await broker.producer().send([{ ...mark, value: Buffer.from('?') }]);
    expect(await lettersOf(broker)).toEqual(['0: record.invalid-json 0@1#0 open']);
  });
});

describe('a summary', () => {
  const read = (fields: Parameters<typeof letter>[0], offset: number): Letter =>
    letterOf(received(fields, offset));

  test('counts letters and records by code and state, the largest group first', () => {
    const summary = new LetterSummary();
    summary.add(read({ offset: 1, code: 'record.empty' }, 0), 'open');
    for (const alert of [0, 1]) summary.add(read({ offset: 2, alert }, alert + 1), 'open');
    summary.add(read({ offset: 9 }, 3), 'open');
    summary.add(read({ offset: 3 }, 4), 'dropped');
    expect(summary.groups()).toMatchObject([
      {
        ...{ code: 'record.invalid-json', state: 'open', letters: 3, records: 2 },
        ...{ oldest: startMs + 2, newest: startMs + 9, sample: { offset: 3 } },
      },
      { code: 'record.empty', state: 'open', letters: 1, records: 1 },
      { code: 'record.invalid-json', state: 'dropped', letters: 1, records: 1 },
    ]);
  });
});
