import { PackedHead, packSubject } from '../../schemas/avro/index.ts';
import type { IdentifiedHead, KnownHead, ReduceEvent } from '../events.ts';
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
      step.emit({ kind: 'identified', shard, place, at, head: identifiedHead(step.derived, head), tail });
    },
  },
});

/** Once per head: normalize gives equal heads the same object. */
function identifiedHead({ rules, under }: Derived, head: KnownHead): IdentifiedHead {
  if (isIdentified(head) && head.identifiedUnder === under) return head;
  const named = identify(rules, head instanceof PackedHead ? head.unpack() : head);
  const { fingerprint, fingerprintRule, domain, contentHash, watched, droppedBy } = named;
  const { ending } = head;
  // Flat: an object that was spread and added to is read through the runtime, each time.
  const identity = packSubject({
    fingerprint,
    fingerprintRule,
    domain,
    contentHash,
    watched,
    ending,
    droppedBy,
    head,
  });
  head.identifiedUnder = under;
  // It was counted as what it was before.
  head.run = null;
  return Object.assign(head, { identity });
}

function isIdentified(head: KnownHead): head is IdentifiedHead {
  return (head.identity ?? null) !== null;
}
