import { PackedHead, packCounts, packed } from '../../schemas/avro/index.ts';
import type { Partial } from '../../schemas/reduced.ts';
import type { KnownPartial, KnownRun } from './rows.ts';

const newlyKnown = { causes: [], settledTo: null, settledCount: 0 } as const;

/**
 * A version of a run as it is kept until its cell is over and everything is told: minutes, during which the collector would visit
 * each of its parts again and again. So what is seldom asked for is packed, and texts are those of the newest of `siblings`, the
 * runs of the same fingerprint.
 */
export function knownRunOf(
  partial: Partial,
  known: KnownRun | undefined,
  siblings: readonly KnownRun[],
): KnownRun {
  const { causes, settledTo, settledCount } = known ?? newlyKnown;
  const alike = siblings[siblings.length - 1]?.partial;
  return {
    partial: knownPartialOf(partial, alike),
    counts: packCounts(partial),
    causes,
    settledTo,
    settledCount,
  };
}

/** What of a version is kept as it is; texts that another version of the fingerprint has are taken from there. */
export function knownPartialOf(partial: Partial, alike?: KnownPartial): KnownPartial {
  const hasHead = alike?.contentHash === partial.contentHash;
  // Flat, as docs/performance.md says.
  return {
    shard: partial.shard,
    id: partial.id,
    v: partial.v,
    fingerprint: alike?.fingerprint ?? partial.fingerprint,
    fingerprintRule: partial.fingerprintRule,
    domain: partial.domain,
    tenant: hasHead ? alike.tenant : partial.head.tenant,
    head: hasHead ? alike.head : packedHead(partial.head),
    contentHash: hasHead ? alike.contentHash : partial.contentHash,
    sourceId: partial.sourceId,
    watched: alike?.watched === partial.watched ? alike.watched : partial.watched,
    status: partial.status,
    ending: partial.ending,
    cell: partial.cell,
    cellMs: partial.cellMs,
    startsAt: partial.startsAt,
    endsAt: partial.endsAt,
    first: partial.first,
    last: partial.last,
    count: partial.count,
    values: partial.values,
    droppedBy: partial.droppedBy,
  };
}

function packedHead(head: Partial['head']): PackedHead {
  return head instanceof PackedHead ? head : new PackedHead(packed(head));
}
