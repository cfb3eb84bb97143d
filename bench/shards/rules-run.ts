import { mean } from 'simple-statistics';
import { factsIn } from './logs.ts';
import { configOf, logsOf, type RelateOrder, recordsPerCell } from './relate-run.ts';
import { relateShard } from './step-shard.ts';

export type RulesOrder = Required<
  Pick<RelateOrder, 'openIncidents' | 'tenants' | 'silences' | 'inhibitRules'>
>;

/** Fewer say nothing. */
const leastRecords = 4_000;

/** µs of CPU per reduced record, through the five minutes behind the one in which the incidents open. */
export function measure(rules: RulesOrder): Promise<number> {
  const records = recordsPerCell(rules.openIncidents);
  const order: RelateOrder = { ...rules, records, parts: 1, depth: 'encoded' };
  const config = configOf(order);
  const { opening, warming, measured } = logsOf(order, config);
  // Few incidents have few records: as many shards, one after the other, as make enough of them, and as many to warm up.
  const shards = Math.ceil(leastRecords / records);
  const costs = Array.from({ length: 2 * shards }, () => {
    const relate = relateShard(config, order.depth);
    relate.step(opening);
    relate.step(warming);
    const [part = []] = measured;
    return relate.step(part) / factsIn(part);
  });
  return Promise.resolve(mean(costs.slice(shards)));
}
