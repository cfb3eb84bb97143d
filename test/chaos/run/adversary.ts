import { setTimeout } from 'node:timers/promises';
import type { Broker } from '../../../pipeline/broker/index.ts';
import { type Random, randomOf } from '../../../pipeline/demo/random.ts';
import { codecs } from '../../../schemas/avro/index.ts';
import { type Control, controlKey } from '../../../schemas/control.ts';
import { topics } from '../../../schemas/topics.ts';
import type { Fleet } from './fleet.ts';
import { leaderOf } from './leaders.ts';
import type { Fault, PlannedFault } from './plan.ts';
import type { Services } from './services.ts';
import { partitions } from './settings.ts';
import type { WorkerProcess } from './worker-process.ts';

export interface Victims {
  readonly seed: number;
  readonly fleet: Fleet;
  readonly services: Services;
  /** For controls; its own connection, which outages may break. */
  readonly broker: Broker;
  readonly controlSchema: number;
  readonly say: (line: string) => void;
  /** Aborted when the faults are to end. */
  readonly peace: AbortSignal;
  /** A worker was asked to end and did not. */
  readonly onHung: (name: string) => void;
}

/** Does what the plan says, to whoever is there when its time comes. */
export class Adversary {
  readonly #victims: Victims;
  readonly #random: Random;
  readonly #done = new Map<Fault, number>();
  readonly #underWay = new Set<Promise<void>>();
  /** One command of the launcher at a time: what is being restarted must not be killed. */
  #services: Promise<unknown> = Promise.resolve();
  #names = 0;

  constructor(victims: Victims) {
    this.#victims = victims;
    this.#random = randomOf(victims.seed);
  }

  /** How often each fault was done. */
  get done(): Readonly<Partial<Record<Fault, number>>> {
    return Object.fromEntries(this.#done);
  }

  /** Carries the plan out until there is peace; resolves when everything that was broken is whole again. */
  async perform(plan: readonly PlannedFault[]): Promise<void> {
    const startedAt = Date.now();
    for (const planned of plan) {
      await this.#while(Math.max(0, startedAt + planned.at - Date.now()));
      if (this.#victims.peace.aborted) break;
      const act = this.#perform(planned).finally(() => this.#underWay.delete(act));
      this.#underWay.add(act);
    }
    await Promise.all(this.#underWay);
    this.#victims.fleet.thawAll();
    await this.#onServices((services) => services.up());
  }

  async #perform({ fault, forMs }: PlannedFault): Promise<void> {
    try {
      this.#victims.say(`${fault}, for ${forMs} ms`);
      await this.#acts[fault](forMs);
      this.#done.set(fault, (this.#done.get(fault) ?? 0) + 1);
    } catch (error) {
      this.#victims.say(
        `${fault} could not be done: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }

  readonly #acts: Readonly<Record<Fault, (forMs: number) => Promise<void>>> = {
    'worker killed': async (forMs) => {
      const worker = this.#anyWorker();
      await worker.kill();
      await this.#while(forMs);
      this.#victims.fleet.start(worker.name);
    },
    'worker frozen beyond its session': async (forMs) => {
      const worker = this.#anyWorker();
      worker.freeze();
      await this.#while(forMs);
      worker.thaw();
    },
    'worker joins and leaves': async (forMs) => {
      const name = `guest-${this.#names++}`;
      this.#victims.fleet.start(name);
      await this.#while(forMs);
      if (!(await this.#victims.fleet.retire(name))) this.#victims.onHung(name);
    },
    'worker leaves and comes back': async (forMs) => {
      const worker = this.#anyWorker();
      await worker.stop();
      if (worker.hasHung) this.#victims.onHung(worker.name);
      await this.#while(forMs);
      this.#victims.fleet.start(worker.name);
    },
    'redis restarted': () => this.#onServices((services) => services.restart('redis')),
    'redis killed': (forMs) => this.#killed('redis', forMs),
    'broker restarted': () => this.#onServices((services) => services.restart('kafka')),
    'broker killed': (forMs) => this.#killed('kafka', forMs),
    'warehouse paused': async (forMs) => {
      await this.#onServices((services) => services.pause('clickhouse'));
      await this.#while(forMs);
      await this.#onServices((services) => services.resume('clickhouse'));
    },
    'silence given and withdrawn': (forMs) => this.#silence(forMs),
    'leader of an input partition killed': (forMs) =>
      this.#leaderKilled('raw', partitions.rawPartitions, forMs),
    'leader of an output partition killed': (forMs) =>
      this.#leaderKilled('enriched', partitions.reducedPartitions, forMs),
  };

  /** What is paused, gone or silenced stays so for a while, or until there is peace. */
  async #while(ms: number): Promise<void> {
    await setTimeout(ms, undefined, { signal: this.#victims.peace }).catch(() => undefined);
  }

  #anyWorker(): WorkerProcess {
    const worker = this.#victims.fleet.any(this.#random);
    if (worker === null) throw new Error('no worker is there');
    return worker;
  }

  async #killed(name: string, forMs: number): Promise<void> {
    await this.#onServices(async (services) => {
      await services.kill(name);
      await this.#while(forMs);
      await services.up(name.replace(/-\d+$/, ''));
    });
  }

  async #leaderKilled(topic: 'raw' | 'enriched', count: number, forMs: number): Promise<void> {
    const place = { topic: topics[topic].name, partition: this.#random.int(0, count - 1) };
    await this.#killed(await leaderOf(this.#victims.services.addresses.kafka, place), forMs);
  }

  async #silence(forMs: number): Promise<void> {
    const id = `quiet-${this.#names++}`;
    const tenant = `tenant-${this.#random.int(0, 7)}`;
    const dated = { id, tenant, createdBy: 'chaos', comment: '' };
    const matchers = [{ name: 'alertname', op: '=', value: 'DiskFull' }] as const;
    await this.#control({ ...dated, kind: 'silence', matchers, startsAt: 0, endsAt: Date.now() + 3_600_000 });
    await this.#while(forMs);
    await this.#control({ ...dated, kind: 'withdrawal' });
  }

  /** Until it is acknowledged: a control that was given twice acts once. */
  async #control(control: Control): Promise<void> {
    const { broker, controlSchema } = this.#victims;
    const value = codecs.control.encodeFramed(controlSchema, control);
    const record = { topic: topics.control.name, key: Buffer.from(controlKey(control)), value };
    for (let isSent = false; !isSent; ) {
      isSent = await broker
        .producer()
        .send([record])
        .then(
          () => true,
          () => false,
        );
      if (!isSent) await setTimeout(500);
    }
  }

  #onServices(act: (services: Services) => Promise<void>): Promise<void> {
    const result = this.#services.then(() => act(this.#victims.services));
    this.#services = result.catch(() => undefined);
    return result;
  }
}
