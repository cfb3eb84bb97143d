import type { Random } from '../../pipeline/demo/random.ts';
import { minute, second } from '../support/virtual-world.ts';
import type { Berth } from './fleet.ts';
import type { SimNode } from './machine/network.ts';
import type { SimWorld } from './sim-world.ts';
import { maxStepMs, type Trouble } from './story/profile.ts';

/** Does to a world, until its end, what its profile says: at random moments, each kind at its own rate. */
export class Adversary {
  readonly #world: SimWorld;
  readonly #random: Random;
  readonly #end: number;

  constructor(world: SimWorld, end: number) {
    this.#world = world;
    this.#random = world.random.fork();
    this.#end = end;
  }

  start(): void {
    const { trouble } = this.#world.profile;
    for (const kind of Object.keys(acts) as (keyof Trouble)[]) this.#next(kind, trouble[kind]);
  }

  #next(kind: keyof Trouble, perMinute: number): void {
    if (perMinute === 0) return;
    const { timeline } = this.#world;
    // Exponential, so that things happen close together as well.
    const gap = Math.ceil((-Math.log(1 - this.#random.next()) / perMinute) * minute);
    const at = timeline.now + gap;
    if (at >= this.#end) return;
    timeline.at(at, () => {
      acts[kind](this.#world, this.#random);
      this.#next(kind, perMinute);
    });
  }
}

type Act = (world: SimWorld, random: Random) => void;

const acts: Readonly<Record<keyof Trouble, Act>> = {
  kill: (world, random) => {
    const berth = someLiving(world, random);
    if (berth === null) return;
    world.journal.fault('kill', () => `${berth.process?.name}`);
    world.fleet.kill(berth, random.int(100, 9 * second));
  },
  freeze: (world, random) => {
    const process = someLiving(world, random)?.process ?? null;
    if (process === null || process.isFrozen) return;
    const forMs = random.pick([random.int(20, second), random.int(second, 25 * second)]);
    world.journal.fault('freeze', () => `${process.name} for ${forMs} ms`);
    process.freeze();
    world.timeline.after(forMs, () => {
      world.journal.trace?.(`++ ${process.name} wakes`);
      process.wake();
    });
  },
  expulsion: (world, random) => {
    const berth = someLiving(world, random);
    if (berth?.process == null) return;
    const group = world.cluster.group(
      random.pick(['tocsin-reduce', 'tocsin-relate', 'tocsin-warehouse'] as const),
    );
    const [memberId] = group.membersOf(berth.process);
    if (memberId === undefined) return;
    world.journal.fault('expulsion', () => `${memberId} from ${group.name}`);
    group.expel(memberId);
  },
  leave: (world, random) => {
    const berth = someLiving(world, random);
    if (berth === null || !berth.isWanted) return;
    world.journal.fault('leave', () => `${berth.process?.name}`);
    berth.isWanted = false;
    world.fleet.stop(berth, () => {});
    world.timeline.after(random.int(2 * second, 40 * second), () => {
      berth.isWanted = true;
      if (berth.process?.isDead !== false) {
        world.journal.fault('join', () => berth.name);
        world.fleet.start(berth);
      }
    });
  },
  brokerDown: (world, random) =>
    takeDown(world, random.pick(world.cluster.nodes), random.int(50, 9 * second)),
  clockStep: (world, random) => {
    world.cluster.clockOffsetMs = -random.int(0, maxStepMs);
    world.journal.fault('clock step', () => `the brokers' clock is ${world.cluster.clockOffsetMs} ms off`);
  },
  storm: (world, random) => {
    world.network.weather = world.profile.storm;
    world.timeline.after(random.int(second, 12 * second), () => {
      if (!world.isCalm) world.network.weather = world.profile.weather;
    });
  },
  stateDown: (world, random) =>
    takeDown(
      world,
      world.stateServer.node,
      random.pick([random.int(50, 900), random.int(second, 12 * second)]),
    ),
  stateRollback: (world, random) => {
    // Replication lags by this much; what came meanwhile is gone after the failover.
    const snapshot = world.stateServer.snapshot();
    const lagMs = random.pick([random.int(1, 60), random.int(60, second)]);
    world.timeline.after(lagMs, () => {
      world.journal.fault('state rollback', () => `${lagMs} ms back`);
      world.stateServer.rollback(snapshot);
    });
  },
  stateWipe: (world) => {
    world.journal.fault('state wipe', () => 'everything is gone');
    world.stateServer.wipe();
  },
  warehouseDown: (world, random) => takeDown(world, world.warehouseServer.node, random.int(100, 25 * second)),
};

function someLiving(world: SimWorld, random: Random): Berth | null {
  const { living } = world.fleet;
  return living[random.int(0, Math.max(0, living.length - 1))] ?? null;
}

function takeDown(world: SimWorld, node: SimNode, forMs: number): void {
  if (!node.isUp) return;
  const kind =
    node.name === 'redis' ? 'state down' : node.name === 'clickhouse' ? 'warehouse down' : 'broker down';
  world.journal.fault(kind, () => `${node.name} for ${forMs} ms`);
  node.isUp = false;
  world.network.disconnectAll(node);
  world.timeline.after(forMs, () => {
    node.isUp = true;
    world.cluster.cameBack(node);
  });
}
