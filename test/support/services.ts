import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { describe } from 'vitest';
import { launcher, stateVariable } from './services-run.ts';

/** Where a real service is, or why there is none in this run and how to get one. */
export type ServiceForTests = { readonly address: string } | { readonly missing: string };

/** Broker addresses, separated by commas. */
export function kafkaForTests(): Promise<ServiceForTests> {
  return serviceForTests('kafka', 'KAFKA_BROKERS');
}

/** The same brokers, where they ask for user and password (`tocsin`, `tocsin-secret`; PLAIN and SCRAM). */
export function kafkaWithLoginsForTests(): Promise<ServiceForTests> {
  return serviceForTests('kafka', 'KAFKA_SASL_BROKERS');
}

/** And where they ask over TLS (SCRAM-SHA-512 alone). */
export function kafkaOverTlsForTests(): Promise<ServiceForTests> {
  return serviceForTests('kafka', 'KAFKA_TLS_BROKERS');
}

/** The file with the certificate that vouches for them, as PEM. */
export function kafkaCaForTests(): Promise<ServiceForTests> {
  return serviceForTests('kafka', 'KAFKA_TLS_CA');
}

/** A `redis://` address. Suites share the server: use random prefixes, never flush it. */
export function redisForTests(): Promise<ServiceForTests> {
  return serviceForTests('redis', 'REDIS_URL');
}

/** The base address of a Confluent-compatible API. Suites share it: use random subjects. */
export function registryForTests(): Promise<ServiceForTests> {
  return serviceForTests('registry', 'SCHEMA_REGISTRY_URL');
}

/** `http://user:password@host:port` of a ClickHouse. Suites share it: use databases of your own. */
export function clickHouseForTests(): Promise<ServiceForTests> {
  return serviceForTests('clickhouse', 'CLICKHOUSE_URL', 'npm install chdb');
}

/**
 * A suite that needs a service: `describe` where it is there; otherwise a skipped suite that says why.
 *
 * @example describeService('RedisStateStore', await redisForTests(), (address) => { test(…) })
 */
export function describeService(
  name: string,
  service: ServiceForTests,
  suite: (address: string) => void,
): void {
  if ('address' in service) {
    describe(name, () => suite(service.address));
    return;
  }
  process.stderr.write(`skipped: ${name}: ${service.missing}\n`);
  // An address as suites read it, although nobody asks there.
  describe.skip(`${name} (skipped: ${service.missing})`, () => suite('http://nowhere'));
}

/**
 * The service of the environment variable if it is set; else one that is started for this test run, by the first file
 * that asks, and shared by all. `TOCSIN_TEST_SERVICES=off` is for runs that must be quick.
 */
async function serviceForTests(
  service: string,
  variable: string,
  source = 'install Java 17 and Maven',
): Promise<ServiceForTests> {
  const given = process.env[variable];
  if (given !== undefined && given !== '') return { address: given };
  const remedy = `set ${variable}, or ${source}`;
  if (process.env['TOCSIN_TEST_SERVICES'] === 'off') {
    return {
      missing: `services are switched off (TOCSIN_TEST_SERVICES); run npm test, or set ${variable}`,
    };
  }
  const state = process.env[stateVariable];
  if (state === undefined) return { missing: `not run through .config/vitest.ts; ${remedy}` };
  try {
    await promisify(execFile)(process.execPath, [launcher, 'up', service, '--state', state]);
  } catch (error) {
    return { missing: `${stderrOf(error)}; ${remedy}` };
  }
  const address = addressIn(JSON.parse(readFileSync(state, 'utf8')), variable);
  return address === null ? { missing: `the launcher did not name ${variable}` } : { address };
}

function addressIn(state: unknown, variable: string): string | null {
  if (typeof state !== 'object' || state === null || !('env' in state)) return null;
  const address: unknown = Object(state.env)[variable];
  return typeof address === 'string' ? address : null;
}

function stderrOf(error: unknown): string {
  const output: unknown = Object(error).stderr;
  return String(output ?? error).trim();
}
