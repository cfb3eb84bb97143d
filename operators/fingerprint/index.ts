import { PackedHead, packSubject } from '../../schemas/avro/index.ts';
import type { Identity, KnownHead, ReduceEvent } from '../events.ts';
import { defineOperator } from '../operator.ts';
import { FingerprintConfig } from './config.ts';
import { identify, type Rules, rulesOf } from './identify.ts';

export { FingerprintConfig } from './config.ts';

interface Derived {
  readonly rules: Rules;
  /** Tells these rules from those of an earlier configuration, under which a head may have been identified. */
  readonly under: object;
}

/** Says what each alert is: fingerprint, content hash, watched fields, correlation domain. Keeps nothing. */
export const fingerprint = defineOperator<ReduceEvent>()({
  name: 'fingerprint',
  config: FingerprintConfig,
  tables: {},
  derive: (config): Derived => ({ rules: rulesOf(config), under: {} }),
  on: {
    observation(step, { shard, place, at, head, tail }) {
      const identity = identityOf(step.derived, head);
      step.emit({ kind: 'identified', shard, place, at, head, tail, identity });
    },
  },
});

/** Once per head: normalize gives equal heads the same object. */
function identityOf({ rules, under }: Derived, head: KnownHead): Identity {
  const known = head.identity ?? null;
  if (known !== null && head.identifiedUnder === under) return known;
  const named = identify(rules, head instanceof PackedHead ? head.unpack() : head);
  const { fingerprint, fingerprintRule, domain, contentHash, watched, droppedBy } = named;
  const { ending } = head;
  const subject = packSubject({
    fingerprint,
    fingerprintRule,
    domain,
    contentHash,
    watched,
    ending,
    droppedBy,
    head,
  });
  if (head instanceof PackedHead) head.keepIn(subject);
  // Flat: an object that was spread and added to is read through the runtime, each time.
  const identity = { fingerprint, fingerprintRule, domain, contentHash, watched, droppedBy, subject };
  head.identity = identity;
  head.identifiedUnder = under;
  return identity;
}
