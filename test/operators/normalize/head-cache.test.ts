import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HeadCache, type HeadDraft } from '../../../operators/normalize/head-cache.ts';
import { normalizeAll, rawRecord, recordAt } from '../../support/raw-records.ts';

const draft = (overrides: Partial<HeadDraft> = {}): HeadDraft => ({
  tenant: 't',
  source: 's',
  name: 'n',
  severity: 'low',
  labels: ['a', '1'],
  annotations: [],
  generatorUrl: '',
  ending: 'window',
  ...overrides,
});

const large = { maxHeads: 100_000, maxHeadBytes: 1e9 };

describe('known heads', () => {
  it('are one object when they are equal', () => {
    const cache = new HeadCache(large);
    expect(cache.known(draft())).toBe(cache.known(draft()));
  });

  it.each([
    ['tenant and source', draft({ tenant: 'ts', source: '' })],
    ['a label and an annotation', draft({ labels: [], annotations: ['a', '1'] })],
    ['a label and its value', draft({ labels: ['a1', ''] })],
    ['one label and two', draft({ labels: ['a', '1', 'b', ''] })],
    ['severities', draft({ severity: 'high' })],
    ['endings', draft({ ending: 'explicit' })],
    ['a length prefix in the text', draft({ tenant: 't1:s', source: '' })],
  ])('tell apart %s', (_, other) => {
    const cache = new HeadCache(large);
    expect(cache.known(other)).not.toBe(cache.known(draft()));
  });

  it('are forgotten when there are too many, the least used first', () => {
    const cache = new HeadCache({ maxHeads: 4, maxHeadBytes: 1e9 });
    const [old, used] = [cache.known(draft({ name: 'old' })), cache.known(draft({ name: 'used' }))];
    for (let i = 0; i < 8; i += 1) {
      cache.known(draft({ name: `n${i}` }));
      expect(cache.known(draft({ name: 'used' }))).toBe(used);
    }
    expect(cache.known(draft({ name: 'old' }))).not.toBe(old);
  });

  it('are forgotten when they are too large', () => {
    const cache = new HeadCache({ maxHeads: 1_000, maxHeadBytes: 10_000 });
    const first = cache.known(draft({ name: 'first' }));
    for (let i = 0; i < 10; i += 1) cache.known(draft({ name: String(i).repeat(5_000) }));
    expect(cache.known(draft({ name: 'first' }))).not.toBe(first);
  });
});

const few = fc.constantFrom;

const jsonAlert = fc
  .record({
    name: few('a', 'b'),
    source: few('', 's'),
    labels: fc.dictionary(few('x', 'y'), few('', '1')),
    value: few(1, 'bad'),
  })
  .map((alert) => JSON.stringify(alert));

const csvLine = fc
  .tuple(few('1717243000', 'soon'), few('Wazuh: a', 'b, c', ''), few('h1', 'h2'))
  .map(([time, name, host]) => `${time},${name},10.0.0.1,${host},short,truth,-`);

describe('the cache', () => {
  it('never changes what comes out', () => {
    const texts = fc.array(
      fc.oneof(
        jsonAlert,
        csvLine,
        fc.array(csvLine, { minLength: 2, maxLength: 4 }).map((lines) => lines.join('\n')),
      ),
      { maxLength: 30 },
    );
    fc.assert(
      fc.property(texts, (values) => {
        const records = values.map((value, offset) => rawRecord(value, { offset, at: recordAt }));
        const outputs = [1, 100_000].map(
          (maxHeads) =>
            normalizeAll(records, { config: { presets: ['ait-ads'], cache: { maxHeads } } }).events,
        );
        expect(outputs[0]).toEqual(outputs[1]);
      }),
      { numRuns: 200 },
    );
  });
});
