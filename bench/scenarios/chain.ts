import { measureApart } from '../harness/apart.ts';
import { repeated } from '../harness/repeated.ts';
import { type Row, rowOf } from '../harness/row.ts';
import type { Context } from '../harness/scenario.ts';
import { formats } from '../peers/workload.ts';
import type { ChainFound, ChainOrder } from '../shards/chain-run.ts';
import type { ReduceFound, ReduceOrder } from '../shards/reduce-run.ts';
import type { RelateFound, RelateOrder } from '../shards/relate-run.ts';
import { depths } from '../shards/step-shard.ts';
import { aitRows } from './ait-rows.ts';

const reduceModule = new URL('../shards/reduce-run.ts', import.meta.url);
const relateModule = new URL('../shards/relate-run.ts', import.meta.url);
const chainModule = new URL('../shards/chain-run.ts', import.meta.url);

const shares = [0, 0.5, 0.9, 0.99];
const identities = 20_000;

/** RELATE alone takes most of a minute each time. */
const usual = { rounds: 5, relateRounds: 3, alerts: 400_000, alertsPerCell: 20_000 };

/** How much is measured of each case, how often. */
function sizesOf({ isQuick }: Context) {
  return isQuick
    ? { rounds: 1, relateRounds: 1, alerts: 50_000, alertsPerCell: 4_000, records: 4_000, openIncidents: 200 }
    : { ...usual, records: 200_000, openIncidents: 10_000 };
}

/** The graphs without the worker, the broker and the store around them, each case in a process of its own. */
export async function* chain(context: Context): AsyncGenerator<Row> {
  yield* relateRows(context);
  for (const format of formats)
    for (const repeatShare of shares) yield* chainRows(context, { format, repeatShare });
  yield await comingBack(context);
  yield* aitRows(context);
}

/** One domain can take what one core does of this. */
async function* relateRows(context: Context): AsyncGenerator<Row> {
  const { relateRounds, records, openIncidents } = sizesOf(context);
  for (const depth of depths) {
    const order: RelateOrder = { records, openIncidents, depth };
    const found = await repeated(relateRounds, () =>
      measureApart<RelateFound>({ module: relateModule, order }),
    );
    const us = found.map(({ usPerRecord }) => usPerRecord);
    const note = `${found[0]?.openIncidents ?? 0} incidents open; ${depthNotes[depth]}`;
    yield rowOf({ name: `RELATE alone, ${depth}`, unit: 'µs CPU per reduced record', samples: us, note });
    const samples = us.map((each) => 1e6 / each);
    yield rowOf({
      ...{ name: `RELATE alone, ${depth}, of one core`, unit: 'reduced records/s', samples, note },
      better: 'more',
    });
  }
}

const depthNotes = {
  steps: 'outputs are only counted',
  encoded: 'outputs encoded as they are sent',
  checkpointed: 'and rows taken for checkpoints',
} as const;

const partsOfChain = [
  { name: 'REDUCE', us: (one: ChainFound) => one.reduceUs, bytes: (one: ChainFound) => one.reduceBytes },
  { name: 'RELATE', us: (one: ChainFound) => one.relateUs, bytes: (one: ChainFound) => one.relateBytes },
  {
    name: 'whole chain',
    us: ({ reduceUs, relateUs }: ChainFound) => reduceUs + relateUs,
    bytes: ({ reduceBytes, relateBytes }: ChainFound) => reduceBytes + relateBytes,
  },
];

async function* chainRows(
  context: Context,
  kind: Pick<ChainOrder, 'format' | 'repeatShare'>,
): AsyncGenerator<Row> {
  const { rounds, alertsPerCell } = sizesOf(context);
  // Where everything is new, an alert costs so much that one cell is enough.
  const order: ChainOrder = { ...kind, alertsPerCell, cells: kind.repeatShare > 0.5 ? 5 : 1 };
  const found = await repeated(rounds, () => measureApart<ChainFound>({ module: chainModule, order }));
  const title = `${kind.format}, ${100 * kind.repeatShare} % repeats`;
  const note = `${(found[0]?.reducedShare ?? 0).toFixed(2)} reduced records per alert; identities are new after their burst`;
  for (const { name, us, bytes } of partsOfChain) {
    yield rowOf({ name: `${name}, ${title}`, unit: 'µs CPU per alert', samples: found.map(us), note });
    yield rowOf({ name: `${name}, ${title}`, unit: 'bytes allocated per alert', samples: found.map(bytes) });
  }
}

/** What most traffic is like: the same alerts again and again. */
async function comingBack(context: Context): Promise<Row> {
  const { rounds, alerts } = sizesOf(context);
  const order: ReduceOrder = {
    ...{ alerts, identities, repeatShare: 0.9, format: 'avro', depth: 'checkpointed', comesBack: true },
  };
  const found = await repeated(rounds, () => measureApart<ReduceFound>({ module: reduceModule, order }));
  return rowOf({
    ...{ name: 'REDUCE, avro, 90 % repeats, identities come back', unit: 'µs CPU per alert' },
    samples: found.map(({ usPerAlert }) => usPerAlert),
  });
}
