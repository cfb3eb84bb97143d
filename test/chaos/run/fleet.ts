import type { Random } from '../../../pipeline/demo/random.ts';
import { type Death, WorkerProcess } from './worker-process.ts';

export interface FleetOptions {
  readonly folder: string;
  readonly config: string;
  /** For `tocsin run`, beside the config. */
  readonly args: readonly string[];
  /** A worker ended that nobody had asked to. */
  readonly onDeath: (death: Death) => void;
}

/** The workers of a run. One that dies by itself is started again, as an orchestrator would. */
export class Fleet {
  readonly #options: FleetOptions;
  readonly #workers = new Map<string, WorkerProcess>();
  #isOver = false;

  constructor(options: FleetOptions) {
    this.#options = options;
  }

  start(name: string): void {
    if (this.#isOver || this.#workers.get(name)?.isAlive) return;
    const { onDeath, ...options } = this.#options;
    const revive = (death: Death) => {
      onDeath(death);
      setTimeout(() => this.start(name), 1_000);
    };
    this.#workers.set(name, new WorkerProcess({ ...options, name, onDeath: revive }));
  }

  /** One that runs and is not frozen, or null. */
  any(random: Random): WorkerProcess | null {
    const [first, ...others] = [...this.#workers.values()].filter((one) => one.isAlive && !one.isFrozen);
    return first === undefined ? null : random.pick([first, ...others]);
  }

  /** Ends one for good, in order; returns whether it did. One that was killed a moment before has ended. */
  async retire(name: string): Promise<boolean> {
    const worker = this.#workers.get(name);
    this.#workers.delete(name);
    await worker?.stop();
    return worker?.hasHung !== true;
  }

  thawAll(): void {
    for (const worker of this.#workers.values()) if (worker.isFrozen) worker.thaw();
  }

  /** Asks all to end in order; the exit codes by name. */
  async stop(): Promise<Readonly<Record<string, number | null>>> {
    this.#isOver = true;
    const ends = [...this.#workers.values()].map(async (one) => [one.name, await one.stop()] as const);
    return Object.fromEntries(await Promise.all(ends));
  }

  async kill(): Promise<void> {
    this.#isOver = true;
    await Promise.all([...this.#workers.values()].filter(({ isAlive }) => isAlive).map((one) => one.kill()));
  }
}
