import type { Random } from '../../../pipeline/demo/random.ts';
import type { GraphName, WorkerSettings } from '../../../pipeline/worker/index.ts';
import { minute, second } from '../../support/virtual-world.ts';
import type { ClusterHabits } from '../kafka/sim-cluster.ts';
import type { Weather } from '../machine/network.ts';
import type { StoryShape } from './story.ts';

/** How often something happens to the whole world, in times per virtual minute; 0 for never. */
export interface Trouble {
  readonly kill: number;
  readonly freeze: number;
  readonly expulsion: number;
  readonly leave: number;
  readonly brokerDown: number;
  readonly clockStep: number;
  readonly storm: number;
  readonly stateDown: number;
  readonly stateRollback: number;
  readonly stateWipe: number;
  readonly warehouseDown: number;
}

/** One world, and what is done to it. */
export interface Profile {
  readonly rawPartitions: number;
  readonly reducedPartitions: number;
  /** The graphs of each worker. */
  readonly workers: readonly (readonly GraphName[])[];
  readonly settings: WorkerSettings;
  readonly graceMs: number;
  /** How far clocks of workers are off: up to `maxSkewMs`, or all of it, mostly ahead. */
  readonly skew: 'any' | 'most';
  readonly flushMs: number;
  readonly habits: ClusterHabits;
  readonly weather: Weather;
  readonly storm: Weather;
  readonly trouble: Trouble;
  readonly story: StoryShape;
}

const all: readonly GraphName[] = ['reduce', 'relate', 'warehouse'];

/**
 * Draws a world. Each kind of trouble is there in some worlds only: where everything happens at once, the rare things
 * that need a long undisturbed run before never come about (swarm testing). Others need several rare things at once, which
 * only meet where the world is made for them.
 */
export function profileOf(random: Random): Profile {
  const profile = anyProfile(random);
  const made = random.next();
  if (made < 0.12) return ofClocks(profile, random);
  if (made < 0.24) return ofLosses(profile, random);
  return made < 0.3 ? ofControls(profile, random) : profile;
}

/** Each millisecond of a claim counts: many claims, clocks that are off, alerts just before their cell is over. */
function ofClocks(profile: Profile, random: Random): Profile {
  return {
    ...profile,
    ...{ graceMs: 1, skew: 'most', weather: random.chance(0.5) ? slow(profile.weather) : profile.weather },
    settings: { ...profile.settings, heartbeatMs: random.int(50, 250) },
    trouble: { ...profile.trouble, clockStep: 2 + 6 * random.next() },
    story: { ...profile.story, edgeMs: 300, records: random.int(40, 80) },
  };
}

/** Stored state is lost time and again, while alerts come that are nearly late, and RELATE still waits for them. */
function ofLosses(profile: Profile, random: Random): Profile {
  return {
    ...profile,
    graceMs: 20_000,
    trouble: { ...profile.trouble, stateWipe: recovery * (1 + 5 * random.next()) },
    story: { ...profile.story, edgeMs: 6_000, records: random.int(60, 120) },
  };
}

/** Controls replace each other before everybody has heard of them, and shards move meanwhile. */
function ofControls(profile: Profile, random: Random): Profile {
  return {
    ...profile,
    weather: slow(profile.weather),
    trouble: { ...profile.trouble, expulsion: 1 + 4 * random.next(), freeze: 1 + 3 * random.next() },
    story: { ...profile.story, controls: random.int(30, 80), controlIds: 1 },
  };
}

const slow = (weather: Weather): Weather => ({ ...weather, slowChance: 0.12, slowMaxMs: 2_500 });

function anyProfile(random: Random): Profile {
  const rawPartitions = random.pick([2, 2, 3] as const);
  return {
    rawPartitions,
    reducedPartitions: random.pick([2, 2, 3] as const),
    workers: random.chance(0.75)
      ? Array.from({ length: random.pick([2, 2, 3] as const) }, () => all)
      : [['reduce', 'warehouse'], ['relate'], ['reduce', 'relate']],
    settings: settingsOf(random),
    graceMs: random.pick([50, 500, 5_000] as const),
    skew: 'any',
    flushMs: random.pick([2, 6, 15] as const) * second,
    habits: habitsOf(random),
    ...weatherOf(random),
    trouble: troubleOf(random),
    story: {
      ...{ rawPartitions, lengthMs: random.int(4, 6) * minute, records: random.int(15, 50) },
      ...{ edgeMs: null, controls: random.int(0, 4), controlIds: 3 },
    },
  };
}

function settingsOf(random: Random): WorkerSettings {
  const settings = {
    heartbeatMs: random.int(8, 14) * second,
    clockSlackMs: slackMs,
    flushIdleMs: random.pick([5, 30, 90] as const) * second,
    checkpointEveryMs: random.pick([200, 2_000, 6_000, 15_000] as const),
    maxChangedRows: random.pick([10, 10_000, 10_000] as const),
    snapshotEveryMs: random.pick([5, 25, 90] as const) * second,
    snapshotEveryRecords: random.pick([20, 1_000] as const),
  };
  const batchRecords = random.pick([1, 5, 50] as const);
  // With one or five of each, batches come between the rows of a checkpoint, and the world goes on between timers, or records.
  const atOnce = { rowsEncodedAtOnce: batchRecords, stepsAtOnce: Math.ceil(Math.sqrt(batchRecords)) };
  return { ...settings, batchRecords, ...atOnce, batchBytes: 1 << 20 };
}

/** Clocks of workers and brokers differ by less than this, steps back included. */
const slackMs = 500;

/** How far the clock of a worker may be off, either way. */
export const maxSkewMs = 200;
/** How far the brokers' clock may step back. */
export const maxStepMs = 280;

function habitsOf(random: Random): ClusterHabits {
  const isLagging = random.chance(0.4);
  return {
    lagChance: isLagging ? 0.2 : 0,
    // Below what is left of the slack: a record that is stamped and not visible yet is as good as a clock that is off.
    lagMaxMs: 15,
    markerMaxMs: random.pick([0, 20, 1_500] as const),
    materializeMaxMs: random.pick([0, 50, 3_000] as const),
    takeoverChance: random.pick([0, 0.1, 0.4] as const),
    passOverChance: random.pick([0, 0.01] as const),
    maxFetchRecords: random.pick([2, 10, 100] as const),
    sessionTimeoutMs: random.int(4, 8) * second,
    rebalanceTimeoutMs: random.int(6, 12) * second,
    heartbeatMs: random.pick([300, 1_500] as const),
  };
}

function weatherOf(random: Random): { readonly weather: Weather; readonly storm: Weather } {
  const isRough = random.chance(0.6);
  const weather: Weather = {
    minMs: 1,
    maxMs: random.pick([3, 20, 150] as const),
    slowChance: isRough ? random.next() * 0.03 : 0,
    slowMaxMs: random.pick([400, 2_500, 9_000] as const),
    loseRequest: isRough ? random.next() * 0.02 : 0,
    loseAnswer: isRough ? random.next() * 0.02 : 0,
  };
  const storm = { ...weather, slowChance: 0.15, loseRequest: 0.15, loseAnswer: 0.15, slowMaxMs: 2_500 };
  return { weather, storm };
}

/** 0 until a worker can rebuild a shard whose stored state is lost. */
const recovery = 1;

function troubleOf(random: Random): Trouble {
  const rate = (chance: number, perMinute: number): number =>
    random.chance(chance) ? perMinute * (0.3 + random.next()) : 0;
  return {
    kill: rate(0.6, 0.7),
    freeze: rate(0.5, 0.7),
    expulsion: rate(0.4, 0.7),
    leave: rate(0.3, 0.5),
    brokerDown: rate(0.3, 0.5),
    clockStep: rate(0.4, 1),
    storm: rate(0.4, 0.5),
    stateDown: rate(0.3, 0.4),
    stateRollback: rate(0.4, 0.5),
    stateWipe: rate(0.3, 0.3) * recovery,
    warehouseDown: rate(0.3, 0.5),
  };
}
