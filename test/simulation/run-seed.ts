import { laneOf } from '../../pipeline/broker/kafka/acknowledged-send.ts';
import type { PartitionLog } from '../../pipeline/broker/partition-log.ts';
import { topics } from '../../schemas/topics.ts';
import { outputTopics } from '../support/outputs.ts';
import { dawn, minute, second } from '../support/virtual-world.ts';
import { Adversary } from './adversary.ts';
import { committedRecords } from './checks/rerun.ts';
import { type Ending, verify } from './checks/verify.ts';
import type { Violation } from './checks/violation.ts';
import type { FaultCounts } from './machine/journal.ts';
import { installVirtualTimers } from './machine/virtual-timers.ts';
import type { Mode } from './options.ts';
import { SimWorld } from './sim-world.ts';

export interface SeedResult {
  readonly seed: number;
  /** Equal for equal runs. */
  readonly digest: string;
  readonly violations: readonly Violation[];
  readonly faults: FaultCounts;
}

/** How long everything works before it is looked at: the longest that an occurrence of the story can stay open, and more. */
const drainMs = 9 * minute;
/** Beats of the drain, after a minute of the usual ones: nothing happens in it but time. */
const drainBeatMs = 40 * second;
/** How long the workers may take to stop. */
const stopMs = 3 * minute;

export interface SeedOptions {
  readonly seed: number;
  readonly mode: Mode;
  readonly trace?: (line: string) => void;
}

/** Runs one world from its seed, and checks what came of it. */
export async function runSeed({ seed, mode, trace }: SeedOptions): Promise<SeedResult> {
  const world = new SimWorld(seed, mode, trace ?? null);
  const rejections: unknown[] = [];
  const onRejection = (error: unknown): void => {
    rejections.push(error);
  };
  process.on('unhandledRejection', onRejection);
  const restore = installVirtualTimers(world.timeline);
  try {
    const ending = await play(world);
    const violations = verify(world, { ...ending, rejections });
    return { seed, digest: digestOf(world), violations, faults: world.journal.faults };
  } finally {
    restore();
    process.off('unhandledRejection', onRejection);
  }
}

async function play(world: SimWorld): Promise<Omit<Ending, 'rejections'>> {
  const { timeline, fleet, story, random } = world;
  for (const berth of fleet.berths) timeline.after(random.int(0, 2 * second), () => fleet.start(berth));
  const lastAt = Math.max(dawn, ...story.raw.map(({ at }) => at), ...story.controls.map(({ at }) => at));
  const end = lastAt + 20 * second;
  new Adversary(world, end).start();
  await timeline.run(end);
  world.calm();
  await timeline.run(end + minute);
  world.settings.heartbeatMs = drainBeatMs;
  await timeline.run(end + drainMs);
  const ends = endsOf(world);
  const stoppingAt = timeline.now;
  const hanging = await stopAll(world);
  return { ...ends, hanging, start: dawn, stoppingAt, end: timeline.now };
}

function endsOf({ cluster }: SimWorld): Pick<Ending, 'reduced' | 'outputs'> {
  const outputs = outputTopics.flatMap((topic) =>
    cluster
      .logs(topics[topic].name)
      .map((log) => [laneOf({ topic: topics[topic].name, partition: log.partition }), endOf(log)] as const),
  );
  return { reduced: cluster.logs(topics.reduced.name).map(endOf), outputs: new Map(outputs) };
}

/** Behind the last record that readers are handed; markers behind it are nobody's. */
function endOf(log: PartitionLog): number {
  return (committedRecords(log).at(-1)?.offset ?? -1) + 1;
}

/** One after another or all at once; returns who did not. */
async function stopAll({ timeline, fleet, random }: SimWorld): Promise<string[]> {
  const open = new Set(fleet.living);
  const inTurn = random.chance(0.5);
  for (const [turn, berth] of [...open].entries())
    timeline.after(inTurn ? turn * 20 * second : 0, () => {
      berth.isWanted = false;
      fleet.stop(berth, () => open.delete(berth));
    });
  const hanging = () => [...open].filter(({ process }) => process?.isDead === false);
  await timeline.run(timeline.now + stopMs, () => hanging().length === 0);
  return hanging().map(({ name }) => name);
}

function digestOf({ timeline, cluster }: SimWorld): string {
  for (const topic of outputTopics)
    for (const log of cluster.logs(topics[topic].name)) timeline.mix(log.high);
  return timeline.digest.toString(16).padStart(8, '0');
}
