import type { LogRecord } from '../../pipeline/broker/index.ts';
import { ConfigTree } from '../../pipeline/config/index.ts';
import { ReducedLog, rawLog, take } from './logs.ts';
import { loadOf, type ReduceOrder, warmingOf } from './reduce-run.ts';
import { type Counted, reduceShard, relateShard } from './step-shard.ts';

export interface ChainFound {
  /** µs of CPU per raw alert: what REDUCE has of it, and RELATE. */
  readonly reduceUs: number;
  readonly relateUs: number;
  /** Reduced records per raw alert. */
  readonly reducedShare: number;
  readonly outputs: Counted;
}

/** As many as a fetch brings; what lies between the graphs stays small. */
const alertsAtOnce = 5_000;

/** Both graphs in turn on one core, encoded and checkpointed: what one shard of each costs without what is around it. */
export async function measure(order: Omit<ReduceOrder, 'depth'>): Promise<ChainFound> {
  const log = rawLog(loadOf(order), order.format);
  const config = ConfigTree.parse({});
  const reduce = reduceShard(config, 'checkpointed');
  const relate = relateShard(config, 'checkpointed');
  const between = new ReducedLog(1_000);
  const run = (alerts: number) => {
    const spent = { reduceUs: 0, relateUs: 0, reduced: 0 };
    for (let left = alerts; left > 0; left -= alertsAtOnce) {
      const reduced: LogRecord[] = [];
      spent.reduceUs += reduce.step(take(log, Math.min(left, alertsAtOnce)), (sent, { timestamp }) =>
        reduced.push(...between.append(sent, timestamp)),
      );
      spent.reduced += reduced.length;
      spent.relateUs += relate.step(reduced);
    }
    return spent;
  };
  run(warmingOf(order));
  const before = relate.snapshot();
  const { reduceUs, relateUs, reduced } = run(order.alerts);
  return {
    reduceUs: reduceUs / order.alerts,
    relateUs: relateUs / order.alerts,
    reducedShare: reduced / order.alerts,
    outputs: relate.since(before),
  };
}
