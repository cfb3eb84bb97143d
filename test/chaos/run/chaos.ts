import { type Check, checksOf } from '../verify/checks.ts';
import { type Verified, verify } from '../verify/verify.ts';
import { Adversary } from './adversary.ts';
import { type Drained, drain, untilRunning, untilStored } from './drain.ts';
import { Fleet } from './fleet.ts';
import type { Ground } from './ground.ts';
import { LoadProcess } from './load-process.ts';
import type { ChaosOptions } from './options.ts';
import { planOf } from './plan.ts';
import { Watch } from './watch.ts';
import type { Death } from './worker-process.ts';

export interface Outcome {
  readonly checks: readonly Check[];
  readonly faults: Adversary['done'];
  /** Workers that ended without being asked to: not wrong by itself, unless it was for a bug. */
  readonly deaths: readonly Death[];
  readonly drained: Drained;
  readonly verified: Verified;
  readonly seconds: { readonly load: number; readonly drain: number; readonly verify: number };
}

export type Say = (line: string) => void;

/** Load, faults, peace, the end of all workers in order; then everything is worked out once more. */
export async function runChaos(ground: Ground, options: ChaosOptions, say: Say): Promise<Outcome> {
  const deaths: Death[] = [];
  const onDeath = (death: Death) => {
    deaths.push(death);
    say(`${death.name} ended by itself: ${death.code ?? death.signal}`);
  };
  const hung: string[] = [];
  const fleet = new Fleet({ folder: ground.folder, config: ground.configFile, args: [], onDeath });
  const watch = new Watch(ground.broker);
  try {
    await watch.start();
    for (let i = 1; i <= options.workers; i += 1) fleet.start(`worker-${i}`);
    await untilRunning(ground.broker, 180_000);
    say('all shards run');
    const startedAt = Date.now();
    const faults = await underFire(ground, { options, fleet, watch, hung, say });
    const loadedAt = Date.now();
    say('the load is over, and so are the faults');
    const drained = await drain(ground.broker, ground.config, { watch, say });
    const drainedAt = Date.now();
    await watch.stop();
    const codes = await fleet.stop();
    say(`workers ended with ${JSON.stringify(codes)}`);
    await storeTheRest(ground);
    say('everything is stored');
    const verified = await verifyGround(ground, options);
    const checks = [...checksOf(verified), lifeOf({ drained, deaths, hung, codes })];
    const seconds = {
      load: (loadedAt - startedAt) / 1_000,
      drain: (drainedAt - loadedAt) / 1_000,
      verify: (Date.now() - drainedAt) / 1_000,
    };
    return { checks, faults, deaths, drained, verified, seconds };
  } finally {
    await watch.stop();
    await fleet.kill();
  }
}

interface Battle {
  readonly options: ChaosOptions;
  readonly fleet: Fleet;
  readonly watch: Watch;
  /** Takes the names of workers that did not end when they were asked to. */
  readonly hung: string[];
  readonly say: Say;
}

async function underFire(
  ground: Ground,
  { options, fleet, watch, hung, say }: Battle,
): Promise<Adversary['done']> {
  const { seed, alerts, minutes, brokers } = options;
  const { services, broker, controlSchema, rawSchema } = ground;
  const load = new LoadProcess({
    ...{ seed, alerts, rawSchema, perSecond: alerts / (minutes * 60) },
    brokers: services.addresses.kafka.split(','),
  });
  const peace = new AbortController();
  const adversary = new Adversary({
    ...{ seed, fleet, services, broker, controlSchema, say, peace: peace.signal },
    onHung: (name) => hung.push(name),
  });
  const attack = adversary.perform(planOf({ seed, brokers, durationMs: minutes * 60_000 }));
  const telling = setInterval(
    () => say(`${load.published} published, ${watch.accounted} accounted for`),
    5_000,
  );
  try {
    await load.done();
  } finally {
    clearInterval(telling);
    load.kill();
    peace.abort();
    await attack;
  }
  return adversary.done;
}

/** What the last workers said while they ended may be read by none of them: one more, of the warehouse alone, stores it. */
async function storeTheRest({ folder, configFile, broker }: Ground): Promise<void> {
  const keeper = new Fleet({
    folder,
    config: configFile,
    args: ['--graphs', 'warehouse'],
    onDeath: () => {},
  });
  keeper.start('storekeeper');
  await untilStored(broker);
  await keeper.stop();
}

function verifyGround(ground: Ground, { mode }: ChaosOptions): Promise<Verified> {
  const { broker, config, schemaIds, rawDecoder, warehouse } = ground;
  const relateGroup = 'tocsin-relate';
  return verify({
    ...{ broker, mode, schemaIds, rawDecoder, warehouse, relateGroup },
    operators: config,
    settings: config.worker,
  });
}

/** An exit code that says: a promise was broken. Anything else is an outage that a worker did not outlive. */
const bug = 70;

function lifeOf({
  drained: { isDrained, accounted, published },
  deaths,
  hung,
  codes,
}: {
  readonly drained: Drained;
  readonly deaths: readonly Death[];
  readonly hung: readonly string[];
  readonly codes: Readonly<Record<string, number | null>>;
}): Check {
  const wrong: string[] = [];
  if (!isDrained) wrong.push(`nothing moved any more at ${accounted} of ${published}`);
  for (const { name, code } of deaths) if (code === bug) wrong.push(`${name} ended with ${bug}: a bug`);
  for (const name of hung) wrong.push(`${name} was asked to end and did not`);
  for (const [name, code] of Object.entries(codes))
    if (code !== 0) wrong.push(`${name} was asked to end and did with ${code}`);
  const found = `${deaths.length} workers ended by themselves and were started again`;
  return { name: 'work goes on when the faults end', isHeld: wrong.length === 0, found, wrong };
}
