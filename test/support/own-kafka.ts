import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { launcher, ownState } from './services-run.ts';

/** A Kafka of one suite's own, whose brokers it may kill. */
export class OwnKafka {
  readonly #state = ownState();

  private constructor() {}

  static async start(brokers: number): Promise<OwnKafka> {
    const kafka = new OwnKafka();
    await kafka.#launch('up', 'kafka', '--brokers', `${brokers}`);
    return kafka;
  }

  get addresses(): string[] {
    return this.#addressesIn('KAFKA_BROKERS');
  }

  /** The same brokers, where they ask for user and password (`tocsin`, `tocsin-secret`). */
  get saslAddresses(): string[] {
    return this.#addressesIn('KAFKA_SASL_BROKERS');
  }

  /** As `kill -9` does; nodes count from 1. Resolves when they are gone. */
  kill(...nodes: readonly number[]): Promise<void> {
    return this.#launch('kill', ...nodes.map((node) => `kafka-${node}`));
  }

  /** Starts what does not run, with the ports and logs it had; resolves when it accepts connections. */
  revive(): Promise<void> {
    return this.#launch('up', 'kafka');
  }

  down(): Promise<void> {
    return this.#launch('down', '--purge');
  }

  #addressesIn(variable: string): string[] {
    const state: { env: Record<string, string> } = JSON.parse(readFileSync(this.#state, 'utf8'));
    return (state.env[variable] ?? '').split(',');
  }

  async #launch(...args: readonly string[]): Promise<void> {
    await promisify(execFile)(process.execPath, [launcher, ...args, '--state', this.#state]);
  }
}
