import type { LogRecord, ProduceRecord } from '../../pipeline/broker/index.ts';
import { ConfigTree } from '../../pipeline/config/index.ts';
import { type Embedded, openEmbedded } from '../../pipeline/embedded.ts';
import { VirtualClock } from '../../pipeline/time/index.ts';
import type { OperatorConfigs } from '../../pipeline/topology.ts';
import {
  type Delivery,
  type GraphName,
  type Ports,
  Worker,
  type WorkerSettings,
} from '../../pipeline/worker/index.ts';
import { type TopicId, topics } from '../../schemas/topics.ts';

/** A record on its way in; without a partition it is spread round-robin. */
export interface Arriving {
  readonly at: number;
  readonly value: Uint8Array | null;
  readonly partition?: number;
}

export interface WorldOptions {
  readonly rawPartitions?: number;
  readonly reducedPartitions?: number;
  readonly settings?: Partial<WorkerSettings>;
  readonly operators?: OperatorConfigs;
  readonly delivery?: Delivery;
  readonly startAt?: number;
  /** The broker stamps the raw topic by its own clock, as a live one does; by default the alerts' times are taken. */
  readonly arrival?: 'event' | 'append';
}

export interface WorkerPlan {
  /** Another configuration than the world's. */
  readonly operators?: OperatorConfigs;
  readonly graphs?: readonly GraphName[];
  /** Stands between the worker and the neighbours, to break their answers. */
  readonly through?: (ports: Ports) => Ports;
  /** Called before the worker starts: it may die while it does. */
  readonly onOpened?: (worker: Worker) => void;
}

export const second = 1_000;
export const minute = 60_000;
/** 2026-01-05T06:00:00Z, divisible by every cell and grid in use. */
export const dawn = Date.UTC(2026, 0, 5, 6);

/** Short cells and short memories, so that a few virtual minutes see everything open, close and be forgotten. */
export function quickConfig(over: Readonly<Record<string, unknown>> = {}): OperatorConfigs {
  return ConfigTree.parse({
    ...over,
    dedupe: {
      windowMs: minute,
      latenessMs: 10 * second,
      skewMs: 5 * second,
      graceMs: 5 * second,
      slackMs: second,
      reachMs: 10 * minute,
      resolveAfterMs: minute,
      resolveReachMs: 2 * minute,
      remindEveryMs: 3 * minute,
      forgetMs: 2 * minute,
    },
  });
}

/** What happens while a run goes on. */
export interface During {
  /** Before the clock moves to a tick. */
  readonly onTick?: (tick: number) => Promise<void>;
  /** Whenever everything that follows from the last record or beat has happened. */
  readonly onIdle?: () => Promise<void>;
  readonly until?: number;
}

export const tickMs = 10 * second;

/** Embedded neighbours and a virtual clock, on which workers come and go while everything else stays. */
export class World {
  readonly clock: VirtualClock;
  readonly embedded: Embedded;
  /** What stopped a worker, in order. */
  readonly failures: Error[] = [];
  readonly troubles: string[] = [];
  /** Workers that were started and neither stopped nor dropped. */
  readonly workers = new Set<Worker>();
  readonly #options: Required<Omit<WorldOptions, 'startAt' | 'arrival'>>;
  #started = 0;

  static async open(options: WorldOptions = {}): Promise<World> {
    const { rawPartitions = 2, reducedPartitions = 2, startAt = dawn, arrival = 'event' } = options;
    const clock = new VirtualClock(startAt);
    const places = { rawPartitions, reducedPartitions };
    const embedded = await openEmbedded({ clock, ...places, retain: 'all', arrival });
    const { settings = {}, operators = quickConfig(), delivery = 'effectively-once' } = options;
    return new World(clock, embedded, { ...places, settings, operators, delivery });
  }

  private constructor(
    clock: VirtualClock,
    embedded: Embedded,
    options: Required<Omit<WorldOptions, 'startAt' | 'arrival'>>,
  ) {
    this.clock = clock;
    this.embedded = embedded;
    this.#options = options;
  }

  /** Opens and starts a worker of its own instance. */
  async start(plan: WorkerPlan = {}): Promise<Worker> {
    const { graphs = ['reduce', 'relate'], through = (ports: Ports) => ports } = plan;
    const { broker, state, registry, rawDecoder } = this.embedded;
    const worker = await Worker.open({
      instance: `w${this.#started++}`,
      graphs,
      operators: plan.operators ?? this.#options.operators,
      delivery: this.#options.delivery,
      settings: { ...this.#defaults(), ...this.#options.settings },
      ports: through({ broker, state, clock: this.clock }),
      registry,
      rawDecoder,
      onFailure: (error) => this.failures.push(error),
      onTrouble: (code) => this.troubles.push(code),
    });
    this.workers.add(worker);
    plan.onOpened?.(worker);
    await worker.start();
    return worker;
  }

  async stop(worker: Worker): Promise<void> {
    this.workers.delete(worker);
    await worker.stop();
    await this.embedded.broker.idle();
  }

  async drop(worker: Worker): Promise<void> {
    this.workers.delete(worker);
    worker.drop();
    await this.embedded.broker.idle();
  }

  /** Puts records into a topic and waits until everything that follows has happened. */
  async send(records: readonly ProduceRecord[]): Promise<void> {
    await this.embedded.broker.producer().send(records);
    await this.embedded.broker.idle();
  }

  /**
   * Feeds records in virtual time, as a replay does: before each tick everything earlier is in, and every worker beats at
   * the tick. Goes on after the last record until no timer is left, or to `until`.
   */
  async run(arriving: readonly Arriving[], during: During = {}): Promise<void> {
    let next = 0;
    for (;;) {
      const due = this.#nextInstant(arriving[next]?.at ?? null);
      const isOver = during.until !== undefined && this.clock.now() >= during.until;
      if (due === null || (isOver && next === arriving.length)) return;
      const tick = (Math.floor(Math.max(due, this.clock.now()) / tickMs) + 1) * tickMs;
      await during.onTick?.(tick);
      for (; (arriving[next]?.at ?? tick) < tick; next += 1) {
        await this.#arrive(arriving[next], next);
        await during.onIdle?.();
      }
      this.clock.advanceTo(tick);
      await this.beat();
      await during.onIdle?.();
    }
  }

  async beat(): Promise<void> {
    // A worker that was crashed on purpose fails its beat; `failures` tells of the others.
    await Promise.allSettled([...this.workers].map((worker) => worker.beat()));
    await this.embedded.broker.idle();
  }

  /** All records of a topic, by partition. */
  async read(topic: TopicId): Promise<readonly (readonly LogRecord[])[]> {
    const { broker } = this.embedded;
    const { name } = topics[topic];
    const found: LogRecord[][] = Array.from({ length: await broker.admin.partitions(name) }, () => []);
    const consumer = broker.consumer({
      group: `reader-${this.#started++}`,
      topics: [name],
      maxBatchRecords: 10_000,
      maxBatchBytes: 1 << 26,
      isolation: 'read_committed',
    });
    await consumer.start({
      onAssigned: () => Promise.resolve(),
      onRevoked: () => Promise.resolve(),
      onBatch: async ({ partition, records }) => {
        found[partition]?.push(...records);
      },
      onFailure: (error) => this.failures.push(error),
    });
    await broker.idle();
    await consumer.stop();
    return found;
  }

  async #arrive(record: Arriving | undefined, index: number): Promise<void> {
    if (record === undefined) return;
    this.clock.advanceTo(record.at);
    const partition = record.partition ?? index % this.#options.rawPartitions;
    const { at: timestamp, value } = record;
    await this.send([{ topic: topics.raw.name, partition, key: null, value, timestamp }]);
  }

  #nextInstant(arrival: number | null): number | null {
    const dues = [...this.workers].map((worker) => worker.nextDue()).filter((due) => due !== null);
    const all = arrival === null ? dues : [...dues, arrival];
    return all.length === 0 ? null : Math.min(...all);
  }

  #defaults(): WorkerSettings {
    return {
      heartbeatMs: tickMs,
      clockSlackMs: 500,
      flushIdleMs: 30 * second,
      checkpointEveryMs: 20 * second,
      maxChangedRows: 10_000,
      snapshotEveryMs: 0,
      snapshotEveryRecords: 1_000,
      batchRecords: 50,
      batchBytes: 1 << 20,
    };
  }
}
