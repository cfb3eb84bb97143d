import { setTimeout } from 'node:timers/promises';
import type { BenchGround } from '../pipeline/ground.ts';
import { Worker } from '../pipeline/worker.ts';

export const disturbances = ['none', 'rebalance', 'kill', 'redis'] as const;
export type Disturbance = (typeof disturbances)[number];

export const meaning: Readonly<Record<Disturbance, string>> = {
  none: 'undisturbed, one worker',
  rebalance: 'a second worker joins after a third of the time, and leaves after two',
  kill: 'one of two workers is killed (kill -9) after a third of the time, and not replaced',
  redis: 'Redis is restarted after a third of the time',
};

export interface Scene {
  readonly bench: BenchGround;
  readonly run: string;
  readonly configFile: string;
  readonly seconds: number;
}

type Start = (name: string) => Promise<Worker>;

/** Workers while the load goes on; resolves with those that are still there when it is over. */
export async function play(what: Disturbance, scene: Scene, load: () => Promise<void>): Promise<void> {
  const workers = new Set<Worker>();
  const start: Start = async (name) => {
    const worker = new Worker({
      ...{ name: `${scene.run}-${name}`, folder: scene.bench.ground.folder, configFile: scene.configFile },
    });
    workers.add(worker);
    await worker.started();
    return worker;
  };
  try {
    const first = await start('a');
    if (what === 'kill') await start('b');
    // Shards are claimed, and nothing is compiled for the first time.
    await setTimeout(settleMs);
    await Promise.all([load(), scripts[what](first, { ...scene, start })]);
  } finally {
    await Promise.all(Array.from(workers, (worker) => worker.stop()));
  }
}

const settleMs = 5_000;

type Script = (first: Worker, around: Scene & { readonly start: Start }) => Promise<void>;

const scripts: Readonly<Record<Disturbance, Script>> = {
  none: async () => {},
  rebalance: async (_first, { seconds, start }) => {
    await setTimeout((seconds * 1_000) / 3);
    const second = await start('b');
    await setTimeout((seconds * 1_000) / 3);
    await second.stop();
  },
  kill: async (first, { seconds }) => {
    await setTimeout((seconds * 1_000) / 3);
    await first.kill();
  },
  redis: async (_first, { bench, seconds }) => {
    await setTimeout((seconds * 1_000) / 3);
    await bench.ground.services.restart('redis');
  },
};
