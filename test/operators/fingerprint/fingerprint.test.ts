import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Identified, Identity, KnownHead, ReduceEvent } from '../../../operators/events.ts';
import { fingerprint } from '../../../operators/fingerprint/index.ts';
import { drive } from '../../support/operator-host.ts';

function head(overrides: Partial<KnownHead> = {}): KnownHead {
  return {
    tenant: 'acme',
    source: 'probe',
    name: 'HighLatency',
    severity: 'high',
    labels: { service: 'checkout', region: 'eu' },
    annotations: { summary: 'slow' },
    generatorUrl: 'http://probe/1',
    ending: 'window',
    ...overrides,
  };
}

const tail = {
  status: 'firing',
  observedAt: null,
  startsAt: null,
  endsAt: null,
  value: null,
  id: '',
} as const;

function send(heads: readonly KnownHead[], config: unknown = {}): readonly Identified[] {
  const driven = drive(fingerprint, config);
  heads.forEach((each, n) => {
    driven.send({ kind: 'observation', shard: 1, place: { offset: 5, n }, at: 1_000, head: each, tail });
  });
  return driven.events.filter((event: ReduceEvent) => event.kind === 'identified');
}

function identityOf(overrides: Partial<KnownHead> = {}, config: unknown = {}): Identity {
  const [identified] = send([head(overrides)], config);
  if (identified === undefined) throw new Error('nothing came out');
  return identified.identity;
}

const fingerprintOf = (overrides: Partial<KnownHead> = {}, config: unknown = {}): string =>
  identityOf(overrides, config).fingerprint;

describe('an identified alert', () => {
  it('is the observation with its identity, and nothing else happens', () => {
    const known = head();
    const driven = drive(fingerprint);
    const observation = {
      kind: 'observation',
      shard: 1,
      place: { offset: 5, n: 2 },
      at: 9,
      head: known,
      tail,
    } as const;
    driven.send(observation);
    expect(driven.events).toEqual([
      {
        ...observation,
        kind: 'identified',
        identity: {
          fingerprint: expect.stringMatching(/^[0-9a-f]{32}$/),
          fingerprintRule: 'default',
          contentHash: expect.stringMatching(/^[0-9a-f]{32}$/),
          watched: expect.stringMatching(/^[0-9a-f]{16}$/),
          domain: 'acme',
          droppedBy: '',
        },
      },
    ]);
    expect(driven.decisions).toEqual([]);
  });

  it('of a known head has the same identity object, since it is computed once per head', () => {
    const known = head();
    const [a, b, c] = send([known, known, head()]);
    expect(a?.identity).toBe(b?.identity);
    expect(c?.identity).not.toBe(a?.identity);
    expect(c?.identity).toEqual(a?.identity);
  });

  it('lets what is no observation pass', () => {
    const driven = drive(fingerprint);
    const record = {
      kind: 'record',
      shard: 0,
      offset: 0,
      at: 0,
      key: null,
      value: null,
      headers: {},
    } as const;
    const letter = {
      kind: 'dead-letter',
      record,
      n: 0,
      error: { code: 'record.empty', detail: '' },
    } as const;
    driven.send(letter);
    expect(driven.events).toEqual([letter]);
  });

  it('has the fingerprint it always had: a change here tells every open alert anew', () => {
    expect(fingerprintOf()).toMatchInlineSnapshot(`"96274cef410a94a9dbada952013c3a71"`);
  });
});

describe('the default identity', () => {
  it.each([
    ['the order of labels', { labels: { region: 'eu', service: 'checkout' } }],
    ['severity', { severity: 'low' }],
    ['annotations', { annotations: {} }],
    ['the generator URL', { generatorUrl: '' }],
    ['how the source ends an alert', { ending: 'explicit' }],
    ['a volatile label', { labels: { service: 'checkout', region: 'eu', pod: 'checkout-5d4f-x7' } }],
  ] as const)('does not depend on %s', (_, overrides) => {
    expect(fingerprintOf(overrides)).toBe(fingerprintOf());
  });

  it.each([
    ['tenant', { tenant: 'other' }],
    ['source', { source: 'other' }],
    ['name', { name: 'other' }],
    ['a label', { labels: { service: 'checkout', region: 'us' } }],
    ['a label more', { labels: { service: 'checkout', region: 'eu', zone: 'a' } }],
    [
      'a label more that is empty, since empty is not missing',
      { labels: { service: 'checkout', region: 'eu', zone: '' } },
    ],
    ['a label less', { labels: { service: 'checkout' } }],
    ['what stands between name and value', { labels: { service: 'checkout', regione: 'u' } }],
    ['what stands between source and name', { source: 'probeH', name: 'ighLatency' }],
    [
      'the instance, which says where the trouble is',
      { labels: { service: 'checkout', region: 'eu', instance: 'n1' } },
    ],
  ])('depends on %s', (_, overrides) => {
    expect(fingerprintOf(overrides)).not.toBe(fingerprintOf());
  });

  it('has the volatile labels of the config instead of the built-in ones', () => {
    const config = { volatileLabels: ['region'] };
    expect(fingerprintOf({ labels: { service: 'checkout', region: 'us' } }, config)).toBe(
      fingerprintOf({}, config),
    );
    const withPod = { labels: { service: 'checkout', region: 'eu', pod: 'p' } };
    expect(fingerprintOf(withPod, config)).not.toBe(fingerprintOf({}, config));
  });

  it('is safe with labels named like parts of JavaScript', () => {
    const odd = head({ labels: Object.fromEntries([['constructor', 'a']]) });
    const none = head({ labels: {} });
    const [a, b] = send([odd, none], { identity: [{ name: 'c', fields: ['label:constructor'] }] });
    expect(a?.identity.fingerprint).not.toBe(b?.identity.fingerprint);
  });

  it('is the same whatever order the labels come in', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.string()), (labels) => {
        const reversed = Object.fromEntries(Object.entries(labels).reverse());
        expect(identityOf({ labels: reversed })).toEqual(identityOf({ labels }));
      }),
      { numRuns: 300 },
    );
  });

  it('differs when the labels differ', () => {
    const labels = fc.dictionary(fc.string({ maxLength: 3 }), fc.string({ maxLength: 3 }), { maxKeys: 3 });
    fc.assert(
      fc.property(labels, labels, (a, b) => {
        fc.pre(JSON.stringify(Object.entries(a).sort()) !== JSON.stringify(Object.entries(b).sort()));
        expect(fingerprintOf({ labels: a }, { volatileLabels: [] })).not.toBe(
          fingerprintOf({ labels: b }, { volatileLabels: [] }),
        );
      }),
      { numRuns: 300 },
    );
  });
});

describe('an identity rule', () => {
  const config = {
    identity: [
      {
        name: 'by-service',
        when: { source: 'probe', hasLabels: ['service'] },
        fields: ['name', 'label:service'],
      },
      { name: 'by-name', when: { tenant: 'acme' }, fields: ['name'] },
      { name: 'latency', when: { name: 'HighLatency' }, fields: ['source', 'severity'] },
    ],
  };

  it.each([
    ['the first that fits', {}, 'by-service'],
    ['the next when a label is missing', { labels: {} }, 'by-name'],
    ['the next when the source is another', { source: 'x' }, 'by-name'],
    ['the one for a name', { tenant: 't', source: 'x' }, 'latency'],
    ['the default when none fits', { tenant: 't', source: 'x', name: 'y' }, 'default'],
  ])('is %s', (_, overrides, rule) => {
    expect(identityOf(overrides, config).fingerprintRule).toBe(rule);
  });

  it('looks at nothing but its fields and the tenant', () => {
    const same = { source: 'probe', labels: { service: 'checkout', region: 'us' }, severity: 'low' } as const;
    expect(fingerprintOf(same, config)).toBe(fingerprintOf({}, config));
    expect(fingerprintOf({ labels: { service: 'cart' } }, config)).not.toBe(fingerprintOf({}, config));
    expect(fingerprintOf({ tenant: 'other' }, config)).not.toBe(fingerprintOf({}, config));
  });

  it('may make the severity part of the identity', () => {
    const bySeverity = { identity: [{ name: 's', fields: ['name', 'severity'] }] };
    expect(fingerprintOf({ severity: 'low' }, bySeverity)).not.toBe(fingerprintOf({}, bySeverity));
  });

  it('tells a missing label from an empty one', () => {
    const byZone = { identity: [{ name: 'z', fields: ['label:zone'] }] };
    expect(fingerprintOf({ labels: { zone: '' } }, byZone)).not.toBe(fingerprintOf({ labels: {} }, byZone));
  });

  it('gives the same fingerprints under another name and with its fields in another order', () => {
    const rule = (name: string, fields: readonly string[]) => ({ identity: [{ name, fields }] });
    const a = fingerprintOf({}, rule('a', ['name', 'label:service', 'source']));
    expect(fingerprintOf({}, rule('b', ['label:service', 'source', 'name', 'name']))).toBe(a);
  });
});

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

describe('a drop rule', () => {
  const config = (...matchers: readonly string[]) => ({
    drop: [
      { name: 'other', matchers: ['name="none"'] },
      { name: 'rule', matchers },
    ],
  });
  it.each([
    ['severity="high"', 'rule'],
    ['severity="low"', ''],
    ['source=probe', 'rule'],
    ['alertname="HighLatency"', 'rule'],
    ['tenant!="acme"', ''],
    ['region="eu"', 'rule'],
    ['zone=""', 'rule'],
    ['zone!=""', ''],
    ['{region="eu", service="cart"}', ''],
  ])('with %s drops by %j', (matcher, droppedBy) => {
    expect(identityOf({}, config(matcher)).droppedBy).toBe(droppedBy);
  });

  it('wants all of its matchers', () => {
    expect(identityOf({}, config('region="eu"', 'source="x"')).droppedBy).toBe('');
  });

  it('changes neither fingerprint nor domain', () => {
    expect(identityOf({}, config('region="eu"'))).toEqual({ ...identityOf(), droppedBy: 'rule' });
  });
});
