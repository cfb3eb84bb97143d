import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const launcher = fileURLToPath(new URL('../../pipeline/cli/tocsin.mjs', import.meta.url));

export interface WorkerOrder {
  readonly name: string;
  readonly folder: string;
  readonly configFile: string;
  /** For Node, e.g. `--cpu-prof`. */
  readonly nodeArgs?: readonly string[];
}

/** What a worker says of itself: name and labels as Prometheus writes them, and the value. */
export type Scraped = ReadonlyMap<string, number>;

/** One `tocsin run` whose CPU and metrics are looked at from outside. */
export class Worker {
  readonly #child: ChildProcess;
  readonly #log: string;
  readonly #gone: Promise<number | null>;
  #url: string | null = null;

  constructor({ name, folder, configFile, nodeArgs = [] }: WorkerOrder) {
    this.#log = join(folder, 'logs', `${name}.log`);
    const log = openSync(this.#log, 'w');
    const args = ['run', '--config', configFile, '--listen', '127.0.0.1:0', '--print', 'none'];
    this.#child = spawn(process.execPath, [...nodeArgs, launcher, ...args], { stdio: ['ignore', log, log] });
    closeSync(log);
    this.#gone = once(this.#child, 'exit').then(([code]) => code as number | null);
  }

  get pid(): number {
    if (this.#child.pid === undefined) throw new Error('the worker did not start');
    return this.#child.pid;
  }

  get isAlive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Null while it does not answer. Throws when it has ended. */
  async scrape(): Promise<Scraped | null> {
    if (!this.isAlive) throw new Error(`the worker ended by itself:\n${this.#endOfLog()}`);
    this.#url ??= this.#findUrl();
    if (this.#url === null) return null;
    const response = await fetch(`${this.#url}/metrics`).catch(() => null);
    return response === null ? null : parse(await response.text());
  }

  /** Waits until it has joined its groups. */
  async started(): Promise<void> {
    while (!readFileSync(this.#log, 'utf8').includes('"code":"started"')) {
      if (!this.isAlive) throw new Error(`the worker ended by itself:\n${this.#endOfLog()}`);
      await setTimeout(50);
    }
  }

  /** Asks it to end in order; returns its exit code. */
  async stop(): Promise<number | null> {
    if (this.isAlive) this.#child.kill('SIGTERM');
    return this.#gone;
  }

  /** As `kill -9`. */
  async kill(): Promise<void> {
    if (this.isAlive) this.#child.kill('SIGKILL');
    await this.#gone;
  }

  #findUrl(): string | null {
    return /"url":"([^"]+)"/.exec(readFileSync(this.#log, 'utf8'))?.[1] ?? null;
  }

  #endOfLog(): string {
    return readFileSync(this.#log, 'utf8').slice(-2_000);
  }
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
