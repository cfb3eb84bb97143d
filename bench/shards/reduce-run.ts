import { mean } from 'simple-statistics';
import { ConfigTree } from '../../pipeline/config/index.ts';
import { profiled } from '../harness/profile.ts';
import type { Format } from '../peers/workload.ts';
import { cellMs, type Load } from './load.ts';
import { rawLog, take } from './logs.ts';
import { type Counted, type Depth, reduceShard } from './step-shard.ts';

export interface ReduceOrder {
  readonly alerts: number;
  /** That fire within five minutes. */
  readonly identities: number;
  /** Of all alerts, those whose identity was seen in the same five minutes: 0.9 for nine of ten. */
  readonly repeatShare: number;
  readonly format: Format;
  readonly depth: Depth;
  /** Whether an identity comes again in the next five minutes, or others do. */
  readonly comesBack: boolean;
  readonly profile?: string;
}

export interface ReduceFound {
  /** µs of CPU per alert. */
  readonly usPerAlert: number;
  readonly ofParts: readonly number[];
  readonly outputs: Counted;
  readonly rows: number;
  readonly rssMiB: number;
}

const parts = 5;

/** What an alert costs, once the shard is warm. */
export async function measure(order: ReduceOrder): Promise<ReduceFound> {
  const log = rawLog(loadOf(order), order.format);
  const warming = take(log, warmingOf(order));
  const measured = Array.from({ length: parts }, () => take(log, order.alerts / parts));
  const reduce = reduceShard(ConfigTree.parse({}), order.depth);
  reduce.step(warming);
  const before = reduce.snapshot();
  const ofParts = await profiled(order.profile, () =>
    measured.map((part) => reduce.step(part) / part.length),
  );
  return {
    ...{ usPerAlert: mean(ofParts), ofParts },
    outputs: reduce.since(before),
    rows: reduce.shard.size.rows,
    rssMiB: process.memoryUsage.rss() / 2 ** 20,
  };
}

/** So that compilation is over, and there are rows of a whole cell where that is not far more than what is measured. */
export function warmingOf({ alerts, identities, repeatShare }: Omit<ReduceOrder, 'depth'>): number {
  const ofCell = identities * sightingsAt(repeatShare);
  return Math.ceil(ofCell > 2 * alerts ? alerts / 2 : Math.max(alerts / 2, ofCell));
}

/** Of so many sightings of an identity all but the first are repeats. */
function sightingsAt(repeatShare: number): number {
  return Math.round(1 / (1 - repeatShare));
}

export function loadOf({
  identities,
  repeatShare,
  comesBack,
}: Pick<ReduceOrder, 'identities' | 'repeatShare' | 'comesBack'>): Load {
  return {
    ...{ identities: comesBack ? identities : null, sightings: sightingsAt(repeatShare) },
    ...{ atOnce: Math.min(identities, 2_000), roundMs: cellMs, perRound: identities },
    ...{ order: 'by service', tenants: 8, startsAt: Date.UTC(2026, 0, 5) },
  };
}
