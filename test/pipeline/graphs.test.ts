import { describe, expect, test } from 'vitest';
import type { RawRecord } from '../../operators/events.ts';
import type { LogRecord } from '../../pipeline/broker/index.ts';
import { FetchedRecord } from '../../pipeline/broker/kafka/fetched-record.ts';
import { reduceGraph, relateGraph } from '../../pipeline/graphs.ts';
import { codecs } from '../../schemas/avro/index.ts';
import { quickConfig } from '../support/virtual-world.ts';

const operators = quickConfig();
const record = (over: Partial<LogRecord>): LogRecord => ({
  ...{ offset: 7, timestamp: 99, key: null, value: null, headers: {}, ...over },
});

describe('reduceGraph', () => {
  const { read, ...graph } = reduceGraph(operators, () => {
    throw new Error('nothing here is Avro');
  });

  test('reads the raw topic in a group of its own', () => {
    expect(graph).toMatchObject({ name: 'reduce', input: 'raw', group: 'tocsin-reduce' });
  });

  test('takes bytes as they are, headers as text; the key says nothing', () => {
    const value = Buffer.from([0, 255]);
    const headers = { 'ce-id': Buffer.from('ä') };
    const taken = read(record({ key: Buffer.from('k'), value, headers }), 3) as RawRecord;
    expect(taken).toMatchObject({ kind: 'record', shard: 3, offset: 7, at: 99, headers: { 'ce-id': 'ä' } });
    expect(taken.value).toBe(value);
  });

  test('takes a record without anything', () => {
    expect(read(record({}), 0)).toMatchObject({ value: null, headers: {} });
  });

  test('says where a value lies that was fetched among others', () => {
    const bytes = Buffer.from('..value..');
    const parts = { keyFrom: 0, keyBytes: -1, valueFrom: 2, valueBytes: 5 };
    const fetched = read(new FetchedRecord({ offset: 7, timestamp: 99 }, bytes, parts), 0) as RawRecord;
    expect(fetched.lies).toMatchObject({ bytes, from: 2, to: 7 });
    expect(fetched.value).toEqual(Buffer.from('value'));
    const empty = read(
      new FetchedRecord({ offset: 7, timestamp: 99 }, bytes, { ...parts, valueBytes: -1 }),
      0,
    );
    expect(empty).toMatchObject({ lies: null, value: null });
  });
});

describe('relateGraph', () => {
  const { read, ...graph } = relateGraph(operators);

  test('reads the reduced topic in a group of its own', () => {
    expect(graph).toMatchObject({ name: 'relate', input: 'reduced', group: 'tocsin-relate' });
  });

  test('reads what REDUCE wrote', () => {
    const beat = { kind: 'heartbeat', shard: 1, shards: 2, complete: 5 } as const;
    expect(read(record({ value: codecs.reduced.encodeFramed(3, beat) }), 0)).toEqual(beat);
  });

  test.each([
    ['nothing', null],
    ['something else', Buffer.from('{}')],
  ])('refuses %s: the topic is ours alone', (_name, value) => {
    expect(() => read(record({ value }), 0)).toThrow();
  });
});
