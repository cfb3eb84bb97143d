import type { Random } from '../../pipeline/demo/random.ts';
import { SinkConfig } from '../../pipeline/warehouse/index.ts';
import { type GraphName, Worker, type WorkerCounts } from '../../pipeline/worker/index.ts';
import { TocsinError } from '../../schemas/errors.ts';
import { SimBroker } from './kafka/sim-broker.ts';
import { Wire } from './kafka/wire.ts';
import { SimProcess } from './machine/sim-process.ts';
import { knownRegistry, rawDecoder } from './neighbours/known-registry.ts';
import { SimStateStore } from './neighbours/sim-state.ts';
import { SimWarehouse } from './neighbours/sim-warehouse.ts';
import type { SimWorld } from './sim-world.ts';
import { maxSkewMs } from './story/profile.ts';

/** A place where a worker runs, one process after another. */
export interface Berth {
  readonly name: string;
  readonly graphs: readonly GraphName[];
  process: SimProcess | null;
  worker: Worker | null;
  /** It is to be up: whoever dies is started again. */
  isWanted: boolean;
}

/** Why a process ended by itself. */
export interface Exit {
  readonly who: string;
  readonly at: number;
  readonly error: unknown;
}

/** The workers, and the supervisor that starts a new process where one has ended. */
export class Fleet {
  readonly berths: readonly Berth[];
  readonly exits: Exit[] = [];
  readonly #world: SimWorld;
  readonly #random: Random;
  #processes = 0;

  constructor(world: SimWorld, random: Random) {
    this.#world = world;
    this.#random = random;
    this.berths = world.profile.workers.map((graphs, index) => ({
      ...{ name: `w${index}`, graphs, process: null, worker: null, isWanted: true },
    }));
  }

  /** Processes that were started and have not died. */
  get living(): readonly Berth[] {
    return this.berths.filter(({ process }) => process !== null && !process.isDead);
  }

  start(berth: Berth): void {
    const number = this.#processes++;
    const isAhead = this.#random.chance(0.8);
    const most = isAhead ? maxSkewMs : -maxSkewMs;
    const skewMs = this.#world.profile.skew === 'most' ? most : this.#random.int(-maxSkewMs, maxSkewMs);
    const process = new SimProcess(this.#world.timeline, { name: `${berth.name}.${number}`, number, skewMs });
    berth.process = process;
    berth.worker = null;
    this.#world.journal.trace?.(`++ ${process.name} starts, its clock ${skewMs} ms off`);
    this.#world.timeline.after(0, () => process.reach(() => void this.#boot(berth, process)));
  }

  /** As kill -9. Another process takes the place after `restMs`. */
  kill(berth: Berth, restMs: number): void {
    berth.process?.kill();
    this.#world.timeline.after(restMs, () => {
      if (berth.isWanted && berth.process?.isDead !== false) this.start(berth);
    });
  }

  /** Stops in an orderly way, then calls `then`. */
  stop(berth: Berth, then: () => void): void {
    const { process, worker } = berth;
    if (process === null || process.isDead || worker === null) {
      then();
      return;
    }
    process.reach(() => {
      worker.stop().then(
        () => {
          this.#world.journal.trace?.(`++ ${process.name} has stopped`);
          this.kill(berth, 1);
          then();
        },
        (error: unknown) => {
          this.#exit(berth, process, error);
          then();
        },
      );
    });
  }

  async #boot(berth: Berth, process: SimProcess): Promise<void> {
    const fail = (error: unknown): void => this.#exit(berth, process, error);
    try {
      const worker = await this.#open(berth, process, fail);
      berth.worker = worker;
      await worker.start();
      worker.keepTime();
    } catch (error) {
      fail(error);
    }
  }

  #open({ graphs }: Berth, process: SimProcess, onFailure: (error: Error) => void): Promise<Worker> {
    const { mode, profile, settings, cluster, network, stateServer, warehouseServer, operators, journal } =
      this.#world;
    return Worker.open({
      delivery: mode,
      ...{ instance: process.name, graphs, operators, onFailure, rawDecoder },
      settings,
      ports: {
        broker: new SimBroker(new Wire(process, cluster, network)),
        state: new SimStateStore(process, stateServer, network),
        clock: process.clock,
      },
      registry: knownRegistry,
      warehouse: {
        store: new SimWarehouse(process, warehouseServer, network),
        config: SinkConfig.parse({ flushMs: profile.flushMs, retryMinMs: 200, retryMaxMs: 2_000 }),
      },
      onTrouble: (code, detail) => journal.trace?.(`?? ${process.name} ${code}: ${detail}`),
    });
  }

  /** The process says that it cannot go on, which ends it. */
  #exit(berth: Berth, process: SimProcess, error: unknown): void {
    if (process.isDead) return;
    const code = error instanceof TocsinError ? error.code : 'no code';
    this.#world.journal.fault('exit', () => `${process.name}: ${code} ${String(error)}`);
    this.exits.push({ who: process.name, at: this.#world.timeline.now, error });
    this.kill(berth, 1_500);
  }
}

export type { WorkerCounts };
