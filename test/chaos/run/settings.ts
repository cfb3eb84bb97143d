import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DeliveryMode } from '../verify/verify.ts';
import type { Addresses } from './services.ts';

export const partitions = { rawPartitions: 6, reducedPartitions: 4 };
/** The least that Kafka takes unless it is told otherwise. */
export const sessionTimeoutMs = 6_000;

const second = 1_000;

/** Everything opens and closes within a minute or two, since the times of records are those of the broker. */
function shortWindows(windowMs: number): object {
  return {
    dedupe: {
      ...{ windowMs, latenessMs: windowMs / 4, skewMs: 2 * second, graceMs: windowMs / 5, slackMs: second },
      ...{ reachMs: 600 * second, resolveAfterMs: windowMs, resolveReachMs: windowMs },
      ...{ remindEveryMs: 3 * windowMs, forgetMs: 60 * second },
    },
    // Longer than what an outage takes: an incident must not end in one run because the other was held up.
    correlate: {
      ...{ windowMs: 60 * second, driftMs: 120 * second, maxAgeMs: 600 * second },
      ...{ resolveDelayMs: 90 * second, reopenWithinMs: 90 * second },
    },
    suppress: {
      storm: { threshold: 40, windowMs: 20 * second, calmMs: 10 * second },
      ...{ releaseAfterMs: 5 * second, forgetMs: 600 * second },
    },
    publish: { keepMs: 60 * second },
    score: { bucketMs: 60 * second },
  };
}

export interface Around {
  readonly addresses: Addresses;
  readonly mode: DeliveryMode;
  readonly windowMs: number;
}

/** As the file holds it; what is written there is checked when it is read. */
export interface ChaosConfig {
  readonly [section: string]: unknown;
  readonly broker: { readonly rawPartitions: number; readonly reducedPartitions: number };
}

/** What the workers are configured with; JSON is YAML. */
export function configOf({ addresses, mode, windowMs }: Around): ChaosConfig {
  return {
    ...shortWindows(windowMs),
    ...(mode === 'exactly-once' ? { delivery: mode } : {}),
    broker: {
      ...{ kind: 'kafka', brokers: addresses.kafka, ...partitions },
      ...{ sessionTimeoutMs, rebalanceTimeoutMs: 15 * second },
    },
    state: { kind: 'redis', url: addresses.redis },
    registry: { kind: 'confluent', url: addresses.registry },
    warehouse: {
      ...{ engine: 'clickhouse', url: addresses.clickhouse, timeoutMs: 10 * second },
      sink: { retryMaxMs: 2 * second },
    },
    worker: {
      ...{ heartbeatMs: 500, checkpointEveryMs: second, flushIdleMs: 5 * second, clockSlackMs: 500 },
      ...{ startWithinMs: 120 * second, stopWithinMs: 25 * second },
    },
    log: { level: 'info' },
  };
}

/** Writes the config where the workers find it; returns the path. */
export function writeConfig(folder: string, config: object): string {
  const file = join(folder, 'tocsin.yaml');
  writeFileSync(file, `${JSON.stringify(config, null, 2)}\n`);
  return file;
}
