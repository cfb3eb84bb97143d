import type { LogRecord } from '../../pipeline/broker/index.ts';
import { topics } from '../../schemas/topics.ts';
import { type CrashPlan, crashingPorts } from './crashing-ports.ts';
import { type During, type WorkerPlan, World, type WorldOptions } from './virtual-world.ts';

export interface Crashing {
  readonly plan: CrashPlan;
  readonly graphs?: WorkerPlan['graphs'];
}

/** Keeps one worker alive: whenever the plan kills it, another takes its place on the same broker and state. */
export async function keepAlive(world: World, { plan, graphs }: Crashing): Promise<() => Promise<void>> {
  const start = () =>
    world.start({
      ...(graphs === undefined ? {} : { graphs }),
      through: (ports) => crashingPorts(ports, plan),
      onOpened: (worker) => {
        plan.onCrash = () => {
          world.workers.delete(worker);
          worker.drop();
        };
      },
    });
  const revive = async () => {
    // It may die again while what it found in the log is processed.
    while (world.workers.size === 0) {
      await start();
      await world.embedded.broker.idle();
    }
  };
  await revive();
  return revive;
}

/** A recorded log, as `World.read` gives it. */
export type Recorded = readonly (readonly LogRecord[])[];

/** Puts a recorded reduced log into a world of its own, the same records at the same offsets and times, and runs RELATE. */
export async function relateAgain(
  recorded: Recorded,
  options: WorldOptions,
  plan: CrashPlan,
): Promise<World> {
  const all = recorded
    .flatMap((records, partition) => records.map((record) => ({ ...record, partition })))
    .sort((a, b) => a.timestamp - b.timestamp);
  // The clock stands still while the log is worked through: checkpoints follow the batches instead.
  const settings = { checkpointEveryMs: 0, batchRecords: 20, ...options.settings };
  const world = await World.open({ ...options, settings, startAt: all[0]?.timestamp ?? 0 });
  const producer = world.embedded.broker.producer();
  for (const { timestamp, partition, key, value } of all) {
    world.clock.advanceTo(timestamp);
    await producer.send([{ topic: topics.reduced.name, partition, key, value }]);
  }
  await keepAlive(world, { plan, graphs: ['relate'] });
  return world;
}

/** Runs the whole chain, killed and revived as the plan says. */
export async function runCrashing(
  world: World,
  plan: CrashPlan,
  run: (during: During) => Promise<unknown>,
): Promise<void> {
  await run({ onIdle: await keepAlive(world, { plan }) });
}
