import { describe, expect, test } from 'vitest';
import { addressOf, printedTopics } from '../../../pipeline/cli/run-options.ts';

describe('--listen', () => {
  test.each([
    ['127.0.0.1:9095', { host: '127.0.0.1', port: 9095 }],
    ['localhost:0', { host: 'localhost', port: 0 }],
    ['[::1]:9095', { host: '::1', port: 9095 }],
    ['off', null],
  ])('%s is understood', (text, address) => {
    expect(addressOf(text, true)).toEqual(address);
  });

  test.each(['9095', ':9095', '::1:9095', 'a:b', 'a:65536', 'a:-1', ''])('%j is not', (text) => {
    expect(() => addressOf(text, true)).toThrow(expect.objectContaining({ code: 'usage.invalid' }));
  });
});

describe('--print', () => {
  test.each([
    ['none', []],
    ['alerts.enriched.v1', ['enriched']],
    ['incidents.v1, decisions.v1', ['incidents', 'decisions']],
  ])('%s is understood', (text, topics) => {
    expect(printedTopics(text)).toEqual(topics);
  });

  test.each(['', 'enriched', 'alerts.reduced.v1', 'incidents.v1,'])('%j is not', (text) => {
    expect(() => printedTopics(text)).toThrow(expect.objectContaining({ code: 'usage.invalid' }));
  });
});
