import type { LogRecord } from '../../pipeline/broker/index.ts';
import { ConfigTree } from '../../pipeline/config/index.ts';
import { cpuUs } from '../harness/cpu.ts';
import { PlainDedupe } from '../peers/plain-dedupe.ts';
import type { Format } from '../peers/workload.ts';
import { BothGraphs } from './chain-run.ts';
import { factsIn, rawLog, take } from './logs.ts';
import { loadOf } from './reduce-run.ts';
import { configOf, logsOf, recordsPerCell } from './relate-run.ts';
import { reduceShard, relateShard } from './step-shard.ts';

export interface GuardOrder {
  readonly of: 'reduce' | 'chain' | 'relate';
  readonly format: Format;
  readonly rounds: number;
}

/** µs of CPU for each of some records. */
type Cost = (records: readonly LogRecord[]) => number;

/** Each round is a cell of five minutes, since its end costs more than its beginning; ten alerts to an identity. */
const identitiesOf = { reduce: 2_000, chain: 500, relate: 1_000 } as const;
const alertsPerIdentity = 10;
const openIncidents = 500;
/** Rounds that are not counted: compilation, and tables that still grow. */
const warmingRounds = 4;

/**
 * What a record costs us, divided by what an alert costs a bare loop, in rounds of one and then the other: whatever slows the
 * machine down, slows both.
 */
export function measure({ of, format, rounds }: GuardOrder): Promise<readonly number[]> {
  const identities = identitiesOf[of];
  const load = { identities, repeatShare: 1 - 1 / alertsPerIdentity, comesBack: of === 'reduce' };
  const log = rawLog(loadOf(load), format);
  const bare = bareCost(format);
  const ours = of === 'relate' ? relateRounds(rounds) : rawRounds(of);
  const ratios = Array.from({ length: warmingRounds + rounds }, () => {
    const records = take(log, identities * alertsPerIdentity);
    const floor = bare(records);
    return ours(records) / floor;
  });
  return Promise.resolve(ratios.slice(warmingRounds));
}

function bareCost(format: Format): Cost {
  const dedupe = new PlainDedupe(format);
  return (records) => {
    const startedAt = cpuUs();
    for (const { value, timestamp } of records) dedupe.isFirst(asBuffer(value), timestamp);
    return (cpuUs() - startedAt) / records.length;
  };
}

/** The load is made of buffers. */
function asBuffer(value: Uint8Array | null): Buffer | null {
  return value as Buffer | null;
}

function rawRounds(of: 'reduce' | 'chain'): Cost {
  if (of === 'reduce') {
    const reduce = reduceShard(ConfigTree.parse({}), 'checkpointed');
    return (records) => reduce.step(records) / records.length;
  }
  const both = new BothGraphs();
  return (records) => {
    const { reduceUs, relateUs } = both.step(records);
    return (reduceUs + relateUs) / records.length;
  };
}

/** Of a log of its own: the raw records are the bare loop's alone. */
function relateRounds(rounds: number): Cost {
  const records = rounds * recordsPerCell(openIncidents);
  const order = { records, openIncidents, depth: 'checkpointed', parts: rounds } as const;
  const config = configOf(order);
  const { opening, warming, measured } = logsOf(order, config);
  const relate = relateShard(config, order.depth);
  relate.step(opening);
  relate.step(warming);
  let round = -warmingRounds;
  return () => {
    const part = measured[round] ?? [];
    round += 1;
    return part.length === 0 ? 0 : relate.step(part) / factsIn(part);
  };
}
