import { expect, test } from 'vitest';
import { rowsOf } from '../../../bench/pipeline/rows.ts';

const run = (wholeUs: number, warmUs: number, peakMiB: number) => ({
  ...{ perSecond: 1e5, brokerUs: 1, outputs: 1, wrong: 0 },
  ...{ wholeUs, warmUs, peakMiB },
});

const rows = rowsOf({
  ...{ load: 'steady', format: 'avro', alerts: 10, bytesPerAlert: 300 },
  of: [
    { name: 'bare kafkajs loop', writes: '', missing: null, runs: [run(10, 8, 90), run(20, 16, 110)] },
    { name: 'Kafka Streams, at_least_once', writes: '', missing: 'no mvn', runs: [] },
    { name: 'Tocsin REDUCE alone', writes: '', missing: null, runs: [run(5, 8, 300), run(30, 16, 400)] },
    { name: 'Tocsin, whole chain', writes: '', missing: null, runs: [run(20, 8, 300), run(40, 16, 400)] },
  ],
});
const named = (name: string) => rows.find((row) => row.name === `steady, avro: ${name}`);

test('each figure of each who ran is a row with a sample for each round', () => {
  expect(named('Tocsin REDUCE alone, whole run')?.samples).toEqual([5, 30]);
  expect(named('Tocsin REDUCE alone, peak memory')?.samples).toEqual([300, 400]);
  expect(named('bare kafkajs loop, peak memory')).toMatchObject({ samples: [90, 110], better: 'less' });
  expect(named('bare kafkajs loop, drained')).toMatchObject({ better: 'more', unit: 'alerts/s' });
  expect(rows.filter(({ name }) => name.includes('Kafka Streams'))).toEqual([]);
});

test('ratios are taken round by round, and held against their targets', () => {
  expect(named('Tocsin REDUCE alone : bare kafkajs loop, whole run')).toMatchObject({
    ...{ samples: [0.5, 1.5], limit: 0.7 },
  });
  expect(named('Tocsin, whole chain : bare kafkajs loop, whole run')).toMatchObject({ limit: 1.2 });
  expect(named('Tocsin REDUCE alone : bare kafkajs loop, warm half')).toMatchObject({ limit: null });
});
