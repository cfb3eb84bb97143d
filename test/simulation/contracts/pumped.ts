import type { Broker } from '../../../pipeline/broker/index.ts';
import { randomOf } from '../../../pipeline/demo/random.ts';
import type { StateStore } from '../../../pipeline/state/index.ts';
import type { Warehouse } from '../../../pipeline/warehouse/index.ts';
import { SimBroker } from '../kafka/sim-broker.ts';
import { type ClusterHabits, SimCluster } from '../kafka/sim-cluster.ts';
import { Wire } from '../kafka/wire.ts';
import { Journal } from '../machine/journal.ts';
import { Network } from '../machine/network.ts';
import { SimProcess } from '../machine/sim-process.ts';
import { Timeline } from '../machine/timeline.ts';
import { SimStateStore, StateServer } from '../neighbours/sim-state.ts';
import { SimWarehouse, WarehouseServer } from '../neighbours/sim-warehouse.ts';

/** Servers that behave. */
const calm: ClusterHabits = {
  ...{ lagChance: 0, lagMaxMs: 0, markerMaxMs: 0, materializeMaxMs: 0, passOverChance: 0, takeoverChance: 0 },
  ...{ maxFetchRecords: 1_000, sessionTimeoutMs: 60_000, rebalanceTimeoutMs: 60_000, heartbeatMs: 1 },
};

/**
 * Simulated neighbours for tests that do not drive time themselves: it goes on by itself while somebody waits, a
 * millisecond at each turn of the event loop.
 */
export class Pumped {
  readonly warehouseServer: WarehouseServer;
  readonly #timeline = new Timeline(1_000_000);
  readonly #network: Network;
  readonly #cluster: SimCluster;
  readonly #stateServer: StateServer;
  #processes = 0;
  #isOpen = true;

  constructor() {
    const timeline = this.#timeline;
    const journal = new Journal(null);
    const random = randomOf(1);
    this.#network = new Network({ timeline, journal, random });
    this.#cluster = new SimCluster({
      ...{ timeline, journal, random, habits: calm },
      tell: (to, act) => this.#network.tell(to, act),
    });
    this.#stateServer = new StateServer(timeline, null);
    this.warehouseServer = new WarehouseServer(journal);
    void this.#pump();
  }

  broker(): Broker {
    return new SimBroker(new Wire(this.#process(), this.#cluster, this.#network));
  }

  state(): StateStore {
    return new SimStateStore(this.#process(), this.#stateServer, this.#network);
  }

  warehouse(): Warehouse {
    return new SimWarehouse(this.#process(), this.warehouseServer, this.#network);
  }

  close(): void {
    this.#isOpen = false;
  }

  #process(): SimProcess {
    const number = this.#processes++;
    return new SimProcess(this.#timeline, { name: `p${number}`, number, skewMs: 0 });
  }

  async #pump(): Promise<void> {
    while (this.#isOpen) {
      await this.#timeline.run(this.#timeline.now + 1);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}
