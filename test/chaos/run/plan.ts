import { type Random, randomOf } from '../../../pipeline/demo/random.ts';

export const faults = [
  'worker killed',
  'worker frozen beyond its session',
  'worker joins and leaves',
  'worker leaves and comes back',
  'redis restarted',
  'redis killed',
  'broker restarted',
  'broker killed',
  'warehouse paused',
  'silence given and withdrawn',
  'leader of an input partition killed',
  'leader of an output partition killed',
] as const;
export type Fault = (typeof faults)[number];

export interface PlannedFault {
  /** Milliseconds after the start. */
  readonly at: number;
  readonly fault: Fault;
  /** How long what is paused, gone or silenced stays so. */
  readonly forMs: number;
}

/** Shortest and longest time that each fault lasts. */
const spans: Readonly<Record<Fault, readonly [number, number]>> = {
  'worker killed': [200, 3_000],
  'worker frozen beyond its session': [9_000, 15_000],
  'worker joins and leaves': [10_000, 20_000],
  'worker leaves and comes back': [500, 5_000],
  'redis restarted': [0, 0],
  'redis killed': [500, 4_000],
  'broker restarted': [0, 0],
  'broker killed': [500, 5_000],
  'warehouse paused': [5_000, 20_000],
  'silence given and withdrawn': [5_000, 30_000],
  'leader of an input partition killed': [3_000, 10_000],
  'leader of an output partition killed': [3_000, 10_000],
};

const forOneBroker: readonly Fault[] = ['broker restarted', 'broker killed'];
const forThreeBrokers: readonly Fault[] = [
  'leader of an input partition killed',
  'leader of an output partition killed',
];

export interface PlanOptions {
  readonly seed: number;
  readonly durationMs: number;
  readonly brokers: 1 | 3;
}

/**
 * What happens when, decided before anything does: a worker is killed every few seconds, and between them every other fault
 * takes its turn, each at least once and again as long as there is time.
 */
export function planOf({ seed, durationMs, brokers }: PlanOptions): readonly PlannedFault[] {
  const random = randomOf(seed ^ 0x5eed);
  return [...kills(random, durationMs), ...others(random, durationMs, brokers)].sort((a, b) => a.at - b.at);
}

const killEveryMs = [4_000, 9_000] as const;
/** One fault of another kind begins this often, or as often as each needs to have had a turn. */
const otherEveryMs = 12_000;

function kills(random: Random, durationMs: number): PlannedFault[] {
  const planned: PlannedFault[] = [];
  for (let at = random.int(...killEveryMs); at < durationMs; at += random.int(...killEveryMs))
    planned.push(plannedAt(at, 'worker killed', random));
  return planned;
}

function others(random: Random, durationMs: number, brokers: 1 | 3): PlannedFault[] {
  const unfit = brokers === 1 ? forThreeBrokers : forOneBroker;
  const kinds = faults.filter((fault) => fault !== 'worker killed' && !unfit.includes(fault));
  const rounds = Math.max(1, Math.floor(durationMs / (otherEveryMs * kinds.length)));
  const turns = Array.from({ length: rounds }, () => shuffled(random, kinds)).flat();
  const step = durationMs / (turns.length + 1);
  return turns.map((fault, i) => plannedAt(Math.round((i + 1) * step), fault, random));
}

function plannedAt(at: number, fault: Fault, random: Random): PlannedFault {
  return { at, fault, forMs: random.int(...spans[fault]) };
}

function shuffled<T>(random: Random, items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, order: random.next() }))
    .sort((a, b) => a.order - b.order)
    .map(({ item }) => item);
}
