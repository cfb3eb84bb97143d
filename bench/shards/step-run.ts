import type { Kinded } from '../../operators/operator.ts';
import type { LogRecord } from '../../pipeline/broker/index.ts';
import { type Config, ConfigTree } from '../../pipeline/config/index.ts';
import { type Micro, measureMicros } from '../harness/micro.ts';
import type { RowDraft } from '../harness/row.ts';
import { type Format, formats } from '../peers/workload.ts';
import { codecMicros } from './codec-micros.ts';
import type { Load } from './load.ts';
import { rawLog, take } from './logs.ts';
import { configOf, logsOf } from './relate-run.ts';
import {
  type BenchStage,
  type Fed,
  outputsOf,
  rawInputs,
  reducedInputs,
  reduceStages,
  relateStages,
  StageChain,
  tape,
} from './stages.ts';
import { type BenchShard, reduceShard, relateShard } from './step-shard.ts';

export interface StepOrder {
  readonly of: 'reduce' | 'relate' | 'codecs' | 'checkpoint';
  /** A multiple of 1,000. */
  readonly identities: number;
  readonly openIncidents: number;
  readonly runs: number;
}

const unit = 'µs CPU per event' as const;

export async function measure(order: StepOrder): Promise<readonly RowDraft[]> {
  return await measureMicros(microsOf(order), order.runs);
}

function microsOf(order: StepOrder): readonly Micro[] {
  switch (order.of) {
    case 'reduce':
      return reduceMicros(order);
    case 'relate':
      return relateMicros(order);
    case 'codecs':
      return topicMicros(order);
    case 'checkpoint':
      return [...checkpointMicros(order)];
  }
}

/** Each identity once; then each three times more, within the same cell of five minutes. */
function rawParts({ identities }: StepOrder, format: Format) {
  const load: Load = {
    ...{ identities, sightings: 1, atOnce: 1_000, roundMs: 60_000 },
    ...{ perRound: identities, order: 'by service', tenants: 8, startsAt: Date.UTC(2026, 0, 5) },
  };
  const log = rawLog(load, format);
  return { first: take(log, identities), again: take(log, 3 * identities) };
}

function reduceMicros(order: StepOrder): readonly Micro[] {
  const stages = reduceStages(ConfigTree.parse({}));
  return formats.flatMap((format) => {
    const { first, again } = rawParts(order, format);
    const taped = tape(stages, [rawInputs(first), rawInputs(again)]);
    // Behind normalize nobody can tell what the bytes were.
    const [normalize, ...rest] = stages.map((stage, number) =>
      stageMicros(stage, taped[number] ?? [], number === 0 ? `, ${format}` : ''),
    );
    return [...(normalize ?? []), ...(format === 'avro' ? rest.flat() : [])];
  });
}

function topicMicros(order: StepOrder): readonly Micro[] {
  const { config, opening, going } = relateParts(order);
  const facts = going.filter(({ key }) => key !== null);
  const out = tapeOf(config, [opening, going]).at(-1)?.flat() ?? [];
  return codecMicros(rawParts(order, 'avro').first, facts, outputsOf(out));
}

function tapeOf(config: Config, parts: readonly (readonly LogRecord[])[]) {
  return tape(relateStages(config), parts.map(reducedInputs));
}

function relateParts({ openIncidents }: StepOrder) {
  const asked = { records: 20 * openIncidents, openIncidents, depth: 'steps' } as const;
  const config: Config = configOf(asked);
  const { opening, warming, measured } = logsOf(asked, config);
  return { config, opening, going: [...warming, ...measured.flat()] };
}

function relateMicros(order: StepOrder): readonly Micro[] {
  const { config, opening, going } = relateParts(order);
  const taped = tapeOf(config, [opening, going]);
  return relateStages(config).flatMap((stage, number) => stageMicros(stage, taped[number] ?? [], ''));
}

/** What is new to the stage, and what it has seen before. */
function stageMicros<Event extends Kinded>(
  stage: BenchStage<Event>,
  [first = [], again = []]: readonly (readonly Fed<Event>[])[],
  title: string,
): readonly Micro[] {
  return [
    feeding(stage, { name: `${stage.name}${title}, first seen`, before: [], fed: first }),
    feeding(stage, { name: `${stage.name}${title}, seen before`, before: first, fed: again }),
  ].filter(({ times }) => times > 0);
}

interface Feeding<Event> {
  readonly name: string;
  readonly before: readonly Fed<Event>[];
  readonly fed: readonly Fed<Event>[];
}

function feeding<Event extends Kinded>(
  stage: BenchStage<Event>,
  { name, before, fed }: Feeding<Event>,
): Micro {
  let chain = new StageChain([stage]);
  return {
    ...{ name, unit, times: fed.length, note: `${fed.length} events` },
    prepare: () => {
      chain = new StageChain([stage]);
      for (const one of before) chain.feed(one);
    },
    run: () => {
      for (const one of fed) chain.feed(one);
    },
  };
}

/** Rows that changed, as Avro; what storing them costs is the store's. */
function* checkpointMicros(order: StepOrder): Generator<Micro> {
  const { first } = rawParts(order, 'avro');
  yield checkpointing('REDUCE', first, () => reduceShard(ConfigTree.parse({}), 'steps'));
  const { config, opening } = relateParts(order);
  yield checkpointing('RELATE', opening, () => relateShard(config, 'steps'));
}

function checkpointing<Event extends Kinded>(
  graph: string,
  records: readonly LogRecord[],
  opened: () => BenchShard<Event>,
): Micro {
  const stepped = () => {
    const { shard } = opened();
    for (const record of records) shard.step(record);
    return shard;
  };
  const rows = [...stepped().takeChanges()];
  const bytes = rows.reduce((sum, { value }) => sum + (value?.length ?? 0), 0);
  let shard = stepped();
  return {
    ...{ name: `checkpoint of ${graph}, taken`, unit: 'µs CPU per row', times: rows.length },
    note: `${rows.length} rows of ${Math.round(bytes / rows.length)} bytes`,
    prepare: () => {
      shard = stepped();
    },
    run: () => {
      Array.from(shard.takeChanges());
    },
  };
}
