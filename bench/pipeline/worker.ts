import { readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { WorkerProcess } from '../../test/chaos/run/worker-process.ts';

export interface WorkerOrder {
  readonly name: string;
  readonly folder: string;
  readonly configFile: string;
  /** For Node, e.g. `--cpu-prof`. */
  readonly nodeArgs?: readonly string[];
}

/** What a worker says of itself: name and labels as Prometheus writes them, and the value. */
export type Scraped = ReadonlyMap<string, number>;

/** A `tocsin run` whose metrics are looked at from outside. */
export class Worker {
  readonly #process: WorkerProcess;
  #url: string | null = null;

  constructor({ name, folder, configFile, nodeArgs = [] }: WorkerOrder) {
    // Who waits for it looks whether it is alive.
    this.#process = new WorkerProcess({
      ...{ name, folder, nodeArgs, config: configFile, args: [], onDeath: () => {} },
    });
  }

  get pid(): number {
    return this.#process.pid;
  }

  /** Null while it does not answer. Throws when it has ended. */
  async scrape(): Promise<Scraped | null> {
    const log = this.#log();
    this.#url ??= /"url":"([^"]+)"/.exec(log)?.[1] ?? null;
    if (this.#url === null) return null;
    const response = await fetch(`${this.#url}/metrics`).catch(() => null);
    return response === null ? null : parse(await response.text());
  }

  /** Waits until it has joined its groups. */
  async started(): Promise<void> {
    while (!this.#log().includes('"code":"started"')) await setTimeout(50);
  }

  /** Asks it to end in order; returns its exit code. */
  stop(): Promise<number | null> {
    return this.#process.stop();
  }

  /** As `kill -9`. */
  kill(): Promise<void> {
    return this.#process.kill();
  }

  /** Throws when it has ended. */
  #log(): string {
    const log = readFileSync(this.#process.logFile, 'utf8');
    if (!this.#process.isAlive) throw new Error(`the worker ended by itself:\n${log.slice(-2_000)}`);
    return log;
  }
}

/** Records that a worker has before it, as of its last look, and those it holds; null while it knows of no log. */
export function recordsLeft(scraped: Scraped): number | null {
  const lags = [...scraped].filter(([name]) => name.startsWith('tocsin_lag_records'));
  if (lags.length === 0) return null;
  return lags.reduce((sum, [, lag]) => sum + lag, scraped.get('tocsin_warehouse_held_records') ?? 0);
}

function parse(text: string): Scraped {
  const samples = new Map<string, number>();
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    const at = line.lastIndexOf(' ');
    samples.set(line.slice(0, at), Number(line.slice(at + 1)));
  }
  return samples;
}
