import { describe, expect, test } from 'vitest';
import type { DeadLetter } from '../../../operators/events.ts';
import type { LogRecord } from '../../../pipeline/broker/index.ts';
import { deadLetterRecord } from '../../../pipeline/worker/dead-letter.ts';
import { rawRecord } from '../../support/raw-records.ts';

const letter = (over: Partial<DeadLetter> = {}): DeadLetter => ({
  kind: 'dead-letter',
  record: rawRecord('x'),
  n: 4,
  error: { code: 'record.invalid-json', detail: 'cut off at 12' },
  ...over,
});

const record: LogRecord = {
  offset: 42,
  timestamp: 1_700_000_000_123,
  key: Buffer.from([1, 255, 0]),
  value: Buffer.from([0, 254, 7, 10]),
  headers: {
    traceparent: Buffer.from([9, 200]),
    '__connect.errors.topic': Buffer.from('of an earlier failure'),
  },
};

const found = { graph: 'reduce', partition: 3 };
const textOf = ({ headers = {} }: ReturnType<typeof deadLetterRecord>, name: string) =>
  Buffer.from(headers[name] ?? []).toString();

describe('a dead letter', () => {
  test('is the record as it came: key, value, time and foreign headers untouched', () => {
    const dead = deadLetterRecord(letter(), record, found);
    expect(dead.key).toBe(record.key);
    expect(dead.value).toBe(record.value);
    expect(dead.timestamp).toBe(record.timestamp);
    expect(dead.headers?.['traceparent']).toBe(record.headers['traceparent']);
  });

  test('has what Kafka Connect writes, as text', () => {
    const dead = deadLetterRecord(letter(), record, found);
    const names = Object.keys(dead.headers ?? {}).filter((name) => name.startsWith('__connect.errors.'));
    expect(Object.fromEntries(names.map((name) => [name.slice(17), textOf(dead, name)]))).toMatchObject({
      topic: 'alerts.raw.v1',
      partition: '3',
      offset: '42',
      'connector.name': 'tocsin',
      'task.id': '3',
      stage: 'REDUCE',
      'class.name': 'record.invalid-json',
      'exception.class.name': 'record.invalid-json',
    });
    expect(textOf(dead, '__connect.errors.exception.message')).toMatch(/not valid JSON: cut off at 12; /);
  });

  test('names the place inside the record when one alert of many was bad', () => {
    expect(textOf(deadLetterRecord(letter(), record, found), 'tocsin.alert')).toBe('4');
  });

  test('of a record without key and value has none either', () => {
    const empty = { ...record, key: null, value: null, headers: {} };
    expect(deadLetterRecord(letter(), empty, found)).toMatchObject({ key: null, value: null });
  });
});
