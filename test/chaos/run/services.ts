import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { launcher } from '../../support/services-run.ts';

export interface Addresses {
  readonly kafka: string;
  readonly redis: string;
  readonly registry: string;
  readonly clickhouse: string;
}

/** Real services of one chaos run's own, through the launcher's command line. */
export class Services {
  readonly #state: string;
  readonly #brokers: number;

  constructor(folder: string, brokers: number) {
    this.#state = join(folder, 'services.json');
    this.#brokers = brokers;
  }

  /** Starts what does not run: all of them, or the ones named. */
  async up(...names: readonly string[]): Promise<void> {
    await this.#call('up', ...names, '--brokers', String(this.#brokers));
  }

  async down({ purge }: { readonly purge: boolean }): Promise<void> {
    await this.#call('down', ...(purge ? ['--purge'] : []));
  }

  async restart(name: string): Promise<void> {
    await this.#call('restart', name);
  }

  /** As `kill -9`. */
  async kill(name: string): Promise<void> {
    await this.#call('kill', name);
  }

  async pause(name: string): Promise<void> {
    await this.#call('pause', name);
  }

  async resume(name: string): Promise<void> {
    await this.#call('resume', name);
  }

  get addresses(): Addresses {
    const { env } = JSON.parse(readFileSync(this.#state, 'utf8')) as { readonly env: Record<string, string> };
    const of = (variable: string): string => {
      const address = env[variable];
      if (address === undefined) throw new Error(`the launcher did not name ${variable}`);
      return address;
    };
    return {
      kafka: of('KAFKA_BROKERS'),
      redis: of('REDIS_URL'),
      registry: of('SCHEMA_REGISTRY_URL'),
      clickhouse: of('CLICKHOUSE_URL'),
    };
  }

  async #call(...args: readonly string[]): Promise<void> {
    await promisify(execFile)(process.execPath, [launcher, ...args, '--state', this.#state]);
  }
}
