import { mean } from 'simple-statistics';
import type { LogRecord } from '../../pipeline/broker/index.ts';
import { ConfigTree } from '../../pipeline/config/index.ts';
import { allocating } from '../harness/allocation.ts';
import type { Format } from '../peers/workload.ts';
import { ReducedLog, rawLog, take } from './logs.ts';
import { loadOf } from './reduce-run.ts';
import { type Counted, reduceShard, relateShard } from './step-shard.ts';

export interface ChainOrder {
  readonly format: Format;
  /** Of all alerts, those whose identity was seen in the same five minutes. */
  readonly repeatShare: number;
  /** In five minutes. */
  readonly alertsPerCell: number;
  /** That are measured; one goes before them. */
  readonly cells: number;
}

export interface ChainFound {
  /** µs of CPU per raw alert: what REDUCE has of it, and RELATE. */
  readonly reduceUs: number;
  readonly relateUs: number;
  /** Bytes that each allocated per raw alert, in a cell of its own behind those whose CPU was measured. */
  readonly reduceBytes: number;
  readonly relateBytes: number;
  /** Reduced records per raw alert. */
  readonly reducedShare: number;
  readonly outputs: Counted;
}

export interface Spent {
  /** µs of CPU. */
  readonly reduceUs: number;
  readonly relateUs: number;
  /** Reduced records that went from one to the other. */
  readonly reduced: number;
}

/** Both graphs in turn on one core, encoded and checkpointed: what one shard of each costs without what is around it. */
export class BothGraphs {
  readonly relate = relateShard(ConfigTree.parse({}), 'checkpointed');
  readonly #reduce = reduceShard(ConfigTree.parse({}), 'checkpointed');
  readonly #between = new ReducedLog(1_000);

  step(records: readonly LogRecord[]): Spent {
    const { us: reduceUs, reduced } = this.#stepReduce(records);
    return { reduceUs, relateUs: this.relate.step(reduced), reduced: reduced.length };
  }

  /** The same, with what was allocated instead of what was spent. */
  async allocate(
    records: readonly LogRecord[],
  ): Promise<{ readonly reduceBytes: number; readonly relateBytes: number }> {
    const { found, bytes: reduceBytes } = await allocating(() => this.#stepReduce(records));
    const { bytes: relateBytes } = await allocating(() => this.relate.step(found.reduced));
    return { reduceBytes, relateBytes };
  }

  #stepReduce(records: readonly LogRecord[]): {
    readonly us: number;
    readonly reduced: readonly LogRecord[];
  } {
    const reduced: LogRecord[] = [];
    const us = this.#reduce.step(records, (sent, { timestamp }) => {
      for (const record of this.#between.append(sent, timestamp)) reduced.push(record);
    });
    return { us, reduced };
  }
}

export async function measure({
  format,
  repeatShare,
  alertsPerCell,
  cells,
}: ChainOrder): Promise<ChainFound> {
  const identities = Math.round(alertsPerCell * (1 - repeatShare));
  const log = rawLog(loadOf({ identities, repeatShare, comesBack: false }), format);
  const both = new BothGraphs();
  const stepCell = () => both.step(take(log, alertsPerCell));
  stepCell();
  const before = both.relate.snapshot();
  const spent = Array.from({ length: cells }, stepCell);
  const perAlert = (figure: (one: Spent) => number) => mean(spent.map(figure)) / alertsPerCell;
  const outputs = both.relate.since(before);
  const allocated = await both.allocate(take(log, alertsPerCell));
  return {
    reduceUs: perAlert(({ reduceUs }) => reduceUs),
    relateUs: perAlert(({ relateUs }) => relateUs),
    reduceBytes: allocated.reduceBytes / alertsPerCell,
    relateBytes: allocated.relateBytes / alertsPerCell,
    reducedShare: perAlert(({ reduced }) => reduced),
    outputs,
  };
}
