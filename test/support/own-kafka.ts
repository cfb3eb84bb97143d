import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launcher } from './services-run.ts';

/** A Kafka of one suite's own, whose brokers it may kill. */
export class OwnKafka {
  readonly #folder = mkdtempSync(join(tmpdir(), 'tocsin-own-kafka-'));
  readonly #state = join(this.#folder, 'services.json');
  readonly #brokers: number;

  constructor(brokers: number) {
    this.#brokers = brokers;
    this.revive();
  }

  get addresses(): string[] {
    return this.#read().env.KAFKA_BROKERS.split(',');
  }

  /** As `kill -9` does; `node` counts from 1. */
  kill(node: number): void {
    process.kill(this.#read().processes[node - 1]?.pid ?? 0, 'SIGKILL');
  }

  /** Starts what does not run, with the ports and logs it had; resolves when it accepts connections. */
  revive(): void {
    execFileSync(process.execPath, [
      launcher,
      'up',
      'kafka',
      '--brokers',
      `${this.#brokers}`,
      '--state',
      this.#state,
    ]);
  }

  down(): void {
    execFileSync(process.execPath, [launcher, 'down', '--purge', '--state', this.#state]);
    rmSync(this.#folder, { recursive: true });
  }

  #read(): { env: { KAFKA_BROKERS: string }; processes: { pid: number }[] } {
    return JSON.parse(readFileSync(this.#state, 'utf8'));
  }
}
