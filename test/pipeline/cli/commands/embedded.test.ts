import { describe, expect, test } from 'vitest';
import { call } from '../calling.ts';

describe('on embedded neighbours', () => {
  test.each<[string, string]>([
    ['topics plan', 'broker.kind'],
    ['topics apply', 'broker.kind'],
    ['schemas check', 'registry.kind'],
    ['schemas register', 'registry.kind'],
    ['dlq ls', 'broker.kind'],
    ['dlq show 1', 'broker.kind'],
    ['dlq retry', 'broker.kind'],
    ['dlq drop --execute', 'broker.kind'],
  ])('%s says that there is nothing to look after, and which key to set', async (line, key) => {
    const { exitCode, stdout, stderr } = await call(line.split(' '));
    expect([exitCode, stdout]).toEqual([64, '']);
    expect(stderr).toContain(`${key} is embedded, which lives in the worker and ends with it`);
  });

  test.each(['clickhouse plan', 'clickhouse apply'])('%s says so of counts in memory', async (line) => {
    const files = { 'tocsin.yaml': 'warehouse: { engine: memory }\n' };
    const { exitCode, stderr } = await call(line.split(' '), { files });
    expect(exitCode).toBe(64);
    expect(stderr).toContain('warehouse.engine is memory, which lives in the worker');
  });
});

describe('a neighbour that is away', () => {
  test.each<[string, string, string]>([
    ['topics plan', 'broker: { kind: kafka, brokers: "127.0.0.1:1" }', 'broker.unavailable'],
    ['dlq ls', 'broker: { kind: kafka, brokers: "127.0.0.1:1" }', 'broker.unavailable'],
    ['schemas check', 'registry: { kind: confluent, url: "http://127.0.0.1:1" }', 'registry.unavailable'],
    [
      'clickhouse plan',
      'warehouse: { engine: clickhouse, url: "http://127.0.0.1:1" }',
      'warehouse.unavailable',
    ],
  ])('ends %s with exit code 69', async (line, config, code) => {
    const { exitCode, stdout, stderr } = await call(line.split(' '), {
      files: { 'tocsin.yaml': `${config}\n` },
    });
    expect([exitCode, stdout]).toEqual([69, '']);
    expect(stderr).toContain(code);
  });
});
