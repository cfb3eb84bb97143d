import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { identityOf } from './send.ts';

describe('the content hash', () => {
  it.each([
    ['severity', { severity: 'low' }],
    ['an annotation', { annotations: { summary: 'slower' } }],
    ['the generator URL', { generatorUrl: '' }],
    ['a volatile label', { labels: { service: 'checkout', region: 'eu', pod: 'p' } }],
    [
      'a label that became an annotation',
      { labels: { service: 'checkout' }, annotations: { region: 'eu', summary: 'slow' } },
    ],
  ] as const)('changes with %s', (_, overrides) => {
    expect(identityOf(overrides).contentHash).not.toBe(identityOf().contentHash);
  });

  it('does not change with the order of annotations', () => {
    const a = identityOf({ annotations: { a: '1', b: '2' } });
    expect(identityOf({ annotations: { b: '2', a: '1' } })).toEqual(a);
  });
});

describe('what is watched', () => {
  const config = { watch: ['annotation:summary', 'label:region', 'generatorUrl'] };
  it.each([
    ['severity, always', { severity: 'low' }, {}],
    ['a watched annotation', { annotations: { summary: 'slower' } }, config],
    ['a watched annotation that goes away', { annotations: {} }, config],
    ['a watched label', { labels: { service: 'checkout', region: 'us' } }, config],
    ['the generator URL', { generatorUrl: '' }, config],
  ] as const)('changes with %s', (_, overrides, watch) => {
    expect(identityOf(overrides, watch).watched).not.toBe(identityOf({}, watch).watched);
  });

  it('does not change with anything else', () => {
    const overrides = { name: 'x', annotations: { summary: 'slow', more: '1' }, tenant: 'other' };
    expect(identityOf(overrides, config).watched).toBe(identityOf({}, config).watched);
  });
});

describe('the correlation domain', () => {
  const fields = (...correlationDomain: readonly string[]) => ({ correlationDomain });
  it.each([
    ['is the tenant', {}, {}, 'acme'],
    ['is a label', fields('label:region'), {}, 'eu'],
    ['is empty where the label is missing', fields('label:zone'), {}, ''],
    ['joins several fields', fields('tenant', 'label:region'), {}, 'acme|eu'],
    ['escapes what joins them', fields('tenant', 'name'), { tenant: 'a|b', name: '%7C' }, 'a%7Cb|%257C'],
  ] as const)('%s', (_, config, overrides, domain) => {
    expect(identityOf(overrides, config).domain).toBe(domain);
  });

  it('of equal fingerprints is equal, whatever the rest of the head', () => {
    const config = fields('tenant', 'source', 'label:region');
    const text = fc.constantFrom('', 'a', 'b');
    const heads = fc.record({
      tenant: text,
      source: text,
      name: text,
      labels: fc.dictionary(fc.constantFrom('region', 'pod'), text),
    });
    fc.assert(
      fc.property(heads, heads, (a, b) => {
        const [one, other] = [identityOf(a, config), identityOf(b, config)];
        if (one.fingerprint === other.fingerprint) expect(one.domain).toBe(other.domain);
        else expect(one).not.toEqual(other);
      }),
      { numRuns: 500 },
    );
  });
});
