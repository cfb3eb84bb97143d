import type { Identified, KnownHead, ReduceEvent } from '../../../operators/events.ts';
import { fingerprint } from '../../../operators/fingerprint/index.ts';
import type { PackedSubject } from '../../../schemas/avro/index.ts';
import { drive } from '../../support/operator-host.ts';

export function head(overrides: Partial<KnownHead> = {}): KnownHead {
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

export const tail = {
  status: 'firing',
  observedAt: null,
  startsAt: null,
  endsAt: null,
  value: null,
  id: '',
} as const;

export function send(heads: readonly KnownHead[], config: unknown = {}): readonly Identified[] {
  const driven = drive(fingerprint, config);
  heads.forEach((each, n) => {
    driven.send({ kind: 'observation', shard: 1, place: { offset: 5, n }, at: 1_000, head: each, tail });
  });
  return driven.events.filter((event: ReduceEvent) => event.kind === 'identified');
}

export function identityOf(overrides: Partial<KnownHead> = {}, config: unknown = {}): PackedSubject {
  const [identified] = send([head(overrides)], config);
  if (identified === undefined) throw new Error('nothing came out');
  return identified.head.identity;
}
