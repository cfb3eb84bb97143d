import { expect, test } from 'vitest';
import { programs } from '../../../bench/catalogue.ts';
import { optionsOf } from '../../../bench/pipeline/options.ts';

test('nothing said: all contenders, both loads in both formats, three rounds of five million', () => {
  expect(optionsOf([])).toMatchObject({
    ...{ formats: ['avro', 'json'], loads: ['steady', 'storm'], alerts: 5_000_000, rounds: 3 },
    ...{ name: 'pipeline', output: 'table', isRecorded: false },
  });
  expect(optionsOf([]).names).toContain('whole-eo');
});

test('peers are some of them, under a name of their own, which a name that is given goes before', () => {
  const args = programs['peers']?.args ?? [];
  expect(optionsOf([...args, '--record'])).toMatchObject({
    ...{ name: 'peers', names: ['bare', 'streams', 'streams-eos', 'reduce'], isRecorded: true },
  });
  expect(optionsOf([...args, '--as', 'peers-storm'])).toMatchObject({ name: 'peers-storm' });
});

test.each([
  [['--only', 'bare,flink'], /flink is not known: expected one of bare/],
  [['--format', 'xml'], /xml is not known/],
  [['--quick', '--record'], /not worth keeping/],
])('%j is refused', (args, message) => {
  expect(() => optionsOf(args)).toThrow(message);
});
