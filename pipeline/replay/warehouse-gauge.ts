import { setTimeout } from 'node:timers/promises';
import { warehouseTopics } from '../../schemas/clickhouse/index.ts';
import { topics } from '../../schemas/topics.ts';
import type { EmbeddedBroker } from '../broker/index.ts';
import { type SinkConfig, warehouseGroup } from '../warehouse/index.ts';

export interface WarehouseGaugeOptions {
  readonly broker: EmbeddedBroker;
  readonly config: SinkConfig;
  /** Throws when the run has failed: waiting would never end. */
  readonly check: () => void;
}

/** Full batches of one partition that may wait: the sink itself holds two, then it stops reading. */
const maxBatchesBehind = 3;

/** The engine works on a thread of its own, so there is nothing to wait on but time. */
const lookAgainMs = 1;

/** How far the warehouse is behind. It stores in wall time while the run goes on in virtual time, which must not run away. */
export class WarehouseGauge {
  readonly #options: WarehouseGaugeOptions;

  constructor(options: WarehouseGaugeOptions) {
    this.#options = options;
  }

  /** Waits until no partition is far behind; virtual time stands still. */
  async keepUp(): Promise<void> {
    const most = maxBatchesBehind * this.#options.config.batchRows;
    while (Math.max(...(await this.#lags())) > most) {
      this.#options.check();
      await setTimeout(lookAgainMs);
    }
  }

  /** Records of each output partition that are not stored yet. */
  async #lags(): Promise<readonly number[]> {
    const { admin } = this.#options.broker;
    const lags: number[] = [];
    for (const { name } of warehouseTopics.map((id) => topics[id])) {
      for (let partition = 0; partition < (await admin.partitions(name)); partition += 1) {
        const place = { topic: name, partition };
        const { high, low } = await admin.watermarks(place);
        const committed = await admin.committed(warehouseGroup, place);
        lags.push(high - (committed?.offset ?? low));
      }
    }
    return lags;
  }
}
