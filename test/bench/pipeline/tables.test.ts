import { expect, test } from 'vitest';
import { comparisonTable, spreadOf } from '../../../bench/pipeline/tables.ts';

test.each([
  ['nothing measured', [], '–'],
  ['one run has no spread', [1.25], '1.3'],
  ['the median, the least and the greatest', [3, 1, 2], '2.0 (1.0–3.0)'],
])('%s', (_name, values, shown) => {
  expect(spreadOf(values, 1)).toBe(shown);
});

const figures = { perSecond: 1e5, brokerUs: 1, outputs: 1, peakMiB: 120, wrong: 0 };

test('ratios are taken round by round', () => {
  const table = comparisonTable({
    ...{ load: 'steady', format: 'avro', alerts: 10, bytesPerAlert: 300 },
    of: [
      {
        ...{ name: 'bare kafkajs loop', writes: 'first alerts', missing: null },
        runs: [
          { ...figures, wholeUs: 10, warmUs: 8 },
          { ...figures, wholeUs: 20, warmUs: 16 },
        ],
      },
      {
        ...{ name: 'Tocsin REDUCE alone', writes: 'partials', missing: null },
        runs: [
          { ...figures, wholeUs: 5, warmUs: 8 },
          { ...figures, wholeUs: 10, warmUs: 16 },
        ],
      },
      { name: 'Kafka Streams, at_least_once', writes: 'first alerts', missing: 'no mvn', runs: [] },
    ],
  });
  expect(table).toContain(
    'Tocsin REDUCE alone : bare kafkajs loop = 0.50 (0.50–0.50) whole run, 1.00 (1.00–1.00) warm half',
  );
  expect(table).toContain('| 120 (120–120) |');
  expect(table).toContain('not run: no mvn');
});
