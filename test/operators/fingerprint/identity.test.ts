import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { KnownHead } from '../../../operators/events.ts';
import { fingerprint } from '../../../operators/fingerprint/index.ts';
import { PackedHead, PackedSubject } from '../../../schemas/avro/index.ts';
import { drive } from '../../support/operator-host.ts';
import { head, identityOf, send, tail } from './send.ts';

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
    const identity = {
      fingerprint: expect.stringMatching(/^[0-9a-f]{32}$/),
      fingerprintRule: 'default',
      contentHash: expect.stringMatching(/^[0-9a-f]{32}$/),
      watched: expect.stringMatching(/^[0-9a-f]{16}$/),
      domain: 'acme',
      droppedBy: '',
    };
    expect(driven.events).toEqual([
      {
        ...observation,
        kind: 'identified',
        head: {
          ...observation.head,
          identity: expect.any(PackedSubject),
          identifiedUnder: expect.anything(),
        },
      },
    ]);
    const named = { ...identity, ending: known.ending, head: expect.any(PackedHead) };
    expect(known.identity?.toJSON()).toEqual(named);
    expect(driven.decisions).toEqual([]);
  });

  it('of a known head has the same identity object, since it is computed once per head', () => {
    const known = head();
    const [a, b, c] = send([known, known, head()]);
    expect(a?.head.identity).toBe(b?.head.identity);
    expect(c?.head.identity).not.toBe(a?.head.identity);
    expect(c?.head.identity).toEqual(a?.head.identity);
  });

  it('of a head that other rules named is named anew, and is not counted where it was counted before', () => {
    const known = head();
    send([known]);
    const before = known.identity;
    known.run = {};
    send([known], { identity: [{ name: 'all', fields: ['labels'] }] });
    expect(known.identity).not.toEqual(before);
    expect(known.run).toBeNull();
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
    expect(a?.head.identity.fingerprint).not.toBe(b?.head.identity.fingerprint);
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
