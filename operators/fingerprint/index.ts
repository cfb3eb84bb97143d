import type { Identity, KnownHead, ReduceEvent } from '../events.ts';
import { defineOperator } from '../operator.ts';
import { FingerprintConfig } from './config.ts';
import { identify, type Rules, rulesOf } from './identify.ts';

export { FingerprintConfig } from './config.ts';

interface Derived {
  readonly rules: Rules;
  /** By the head object: normalize gives equal heads the same one. An entry goes when its head does. */
  readonly identities: WeakMap<KnownHead, Identity>;
}

/** Says what each alert is: fingerprint, content hash, watched fields, correlation domain. Keeps nothing. */
export const fingerprint = defineOperator<ReduceEvent>()({
  name: 'fingerprint',
  config: FingerprintConfig,
  tables: {},
  derive: (config): Derived => ({ rules: rulesOf(config), identities: new WeakMap() }),
  on: {
    observation(step, { shard, place, at, head, tail }) {
      const identity = identityOf(step.derived, head);
      step.emit({ kind: 'identified', shard, place, at, head, tail, identity });
    },
  },
});

function identityOf({ rules, identities }: Derived, head: KnownHead): Identity {
  const known = identities.get(head);
  if (known !== undefined) return known;
  const identity = identify(rules, head);
  identities.set(head, identity);
  return identity;
}
