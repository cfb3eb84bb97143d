import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { KafkaBroker, type TopicSettings } from '../../pipeline/broker/index.ts';
import { type Arrival, topicSettings } from '../../pipeline/topic-settings.ts';
import { type TableName, tableNames } from '../../schemas/clickhouse/index.ts';
import { topics } from '../../schemas/topics.ts';
import { type Ground, prepareGround } from '../../test/chaos/run/ground.ts';
import { deleteTopics } from '../peers/delete-topics.ts';
import type { Filled, FillOrder } from '../peers/fill.ts';
import type { Format, WorkloadOptions } from '../peers/workload.ts';

const fillEntry = fileURLToPath(new URL('../peers/fill.ts', import.meta.url));

export const partitions = { rawPartitions: 4, reducedPartitions: 4 };

/** Where peers put what they let pass. */
export const peerTopic = 'bench.passed';

/** Where the rows of a run are stored. */
function databaseOf(run: string): string {
  return run.replaceAll('-', '_');
}

/** Whether rows of the table replace earlier ones (schemas/clickhouse/v1-tables.ts). */
function isReplacing(table: TableName): boolean {
  return table === 'incidents' || table === 'aggregates_1m';
}

/** Real services of one bench's own. Only what is filled stays from run to run. */
export class BenchGround {
  readonly ground: Ground;
  readonly brokers: readonly string[];
  /** Whose times the records of the raw topic have. */
  #arrival: Arrival = 'append';
  #runs = 0;

  private constructor(ground: Ground) {
    this.ground = ground;
    this.brokers = ground.services.addresses.kafka.split(',');
  }

  static async prepare(): Promise<BenchGround> {
    // The launcher's broker has no second JIT tier, since tests start it more often than they saturate it. What is measured
    // here runs for minutes, on a broker as it would run anywhere. This variable wins over the command line.
    process.env['_JAVA_OPTIONS'] = '-XX:TieredStopAtLevel=4 -Xmx1g';
    const ground = await prepareGround({
      ...{ brokers: 1, mode: 'effectively-once', windowMs: 300_000 },
      configured: (usual) => ({ ...usual, broker: { ...usual.broker, ...partitions } }),
    });
    return new BenchGround(ground);
  }

  /** Empties the raw topic and fills it with alerts whose times are those of the load, not of the broker. */
  async fill(format: Format, load: WorkloadOptions): Promise<Filled> {
    await this.empty('event');
    return this.pour(format, load);
  }

  /** Adds alerts to the raw topic; their times are those of the load where it was emptied for such. */
  async pour(format: Format, load: WorkloadOptions): Promise<Filled> {
    const { brokers } = this;
    const order: FillOrder = {
      ...{ brokers, format, load, topic: topics.raw.name, rawSchema: this.ground.rawSchema },
    };
    const args = ['--import', 'tsx', fillEntry, JSON.stringify(order)];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    return JSON.parse(stdout) as Filled;
  }

  /** Empties the raw topic; its times are those of the broker, or those of the load (`event`). */
  async empty(arrival: Arrival = 'append'): Promise<void> {
    this.#arrival = arrival;
    await this.#renew(['raw']);
  }

  /** Empties everything but the raw topic; the answer is a name that no run has had. */
  async nextRun(): Promise<string> {
    await this.#renew([
      'reduced',
      'enriched',
      'suppressed',
      'incidents',
      'aggregates',
      'decisions',
      'snapshots',
    ]);
    await this.#renew([peerTopic]);
    this.#runs += 1;
    return `run-${this.#runs}`;
  }

  /** Writes a config of a worker that knows nothing of earlier runs; `sections` replace whole sections. */
  writeConfig(run: string, sections: object): string {
    const { addresses } = this.ground.services;
    const file = join(this.ground.folder, `${run}.yaml`);
    const config = {
      broker: {
        ...{ kind: 'kafka', brokers: addresses.kafka, groupPrefix: run, ...partitions },
        arrival: this.#arrival,
      },
      state: { kind: 'redis', url: addresses.redis, prefix: run },
      registry: { kind: 'confluent', url: addresses.registry },
      // A database of its own: ranges of offsets name inserts, and a new topic begins at 0 again.
      warehouse: {
        ...{ engine: 'clickhouse', url: addresses.clickhouse, autoMigrate: true },
        database: databaseOf(run),
      },
      ...sections,
    };
    writeFileSync(file, `${JSON.stringify(config, null, 2)}\n`);
    return file;
  }

  /** Process id of a service, as the launcher keeps it: `kafka-1`, `redis`, `clickhouse`. */
  pidOf(service: string): number {
    const { processes } = JSON.parse(readFileSync(join(this.ground.folder, 'services.json'), 'utf8')) as {
      readonly processes: readonly { readonly name: string; readonly pid: number }[];
    };
    const found = processes.find(({ name }) => name === service);
    if (found === undefined) throw new Error(`${service} was not started`);
    return found.pid;
  }

  /** How many rows of outputs a run has stored, by table; of rows that replace each other the last ones. */
  async rowsOf(run: string): Promise<Readonly<Record<TableName, number>>> {
    const counts = tableNames.map((table) => {
      const final = isReplacing(table) ? ' FINAL' : '';
      return `(SELECT count() FROM ${databaseOf(run)}.${table}${final}) AS ${table}`;
    });
    const answer = await fetch(this.ground.services.addresses.clickhouse, {
      ...{ method: 'POST', body: `SELECT ${counts.join(', ')} FORMAT JSONEachRow` },
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`ClickHouse answers ${answer.status}: ${text.slice(0, 300)}`);
    const row = Object.entries(JSON.parse(text) as Record<TableName, string | number>);
    // 64-bit numbers may come as texts.
    return Object.fromEntries(row.map(([table, rows]) => [table, Number(rows)])) as Record<TableName, number>;
  }

  close(): Promise<void> {
    return this.ground.close({ services: false, logs: false });
  }

  async #renew(ids: readonly (keyof typeof topics | typeof peerTopic)[]): Promise<void> {
    const usual = topicSettings({ ...partitions, arrival: this.#arrival });
    const wanted = ids.flatMap((id) => {
      const { name } = topics[id === peerTopic ? 'enriched' : id];
      const like = usual.filter((one) => one.name === name);
      return like.map((one) => (id === peerTopic ? { ...one, name: peerTopic } : one));
    });
    await deleteTopics(
      this.brokers,
      wanted.map(({ name }) => name),
    );
    await createTopics(this.brokers, wanted);
  }
}

const mostTries = 20;

/** With a client of its own each time: one that has met a topic before asks for it again, and fails while it is away. */
async function createTopics(brokers: readonly string[], wanted: readonly TopicSettings[]): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    const broker = new KafkaBroker({ brokers, clientId: 'bench-topics' });
    try {
      return await broker.admin.ensureTopics(wanted);
    } catch (error) {
      // A topic of a moment ago may not have come to all parts of the broker.
      if (tries === mostTries) throw error;
      await setTimeout(250);
    } finally {
      await broker.close();
    }
  }
}
