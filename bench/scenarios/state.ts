import { envOfWorker, nodeArgsOfWorker } from '../../test/chaos/run/worker-process.ts';
import { measureApart } from '../harness/apart.ts';
import { type Row, type RowDraft, rowOf } from '../harness/row.ts';
import type { Context } from '../harness/scenario.ts';
import type { StateFound, StateOrder } from '../shards/state-run.ts';

const module = new URL('../shards/state-run.ts', import.meta.url);

/** As a worker starts. A million keys are there twice while they are restored; near its limit V8 does little but collect. */
const nodeFlags = [...nodeArgsOfWorker, '--max-old-space-size=8192'];

/** `limit` is for a million keys. */
type Figure = Pick<RowDraft, 'name' | 'unit' | 'limit'> & { of(found: StateFound): number };

const figures: readonly Figure[] = [
  {
    name: 'an alert of a known key, checkpoints and all',
    unit: 'µs CPU',
    of: ({ usPerAlert }) => usPerAlert,
  },
  {
    ...{ name: 'of it, rows encoded between batches', unit: 'µs CPU' },
    of: ({ checkpointUsPerAlert }) => checkpointUsPerAlert,
  },
  { name: 'rows of a checkpoint', unit: 'rows', of: ({ rowsPerCheckpoint }) => rowsPerCheckpoint },
  { name: 'resident memory', unit: 'MiB', limit: 1_024, of: ({ rssMiB }) => rssMiB },
  { name: 'longest collection', unit: 'ms', of: ({ longestGcMs }) => longestGcMs },
  {
    ...{ name: 'longest batch of 500 with a portion of a checkpoint', unit: 'ms', limit: 50 },
    of: ({ longestPauseMs }) => longestPauseMs,
  },
  { name: 'restore', unit: 'ms CPU', of: ({ restoreMs }) => restoreMs },
  { name: 'restore, a row', unit: 'µs CPU', of: ({ restoreUsPerRow }) => restoreUsPerRow },
  { name: 'end of the five minutes', unit: 'ms', of: ({ cellEndMs }) => cellEndMs },
  {
    ...{ name: 'of it, longest portion', unit: 'ms', limit: 50 },
    of: ({ cellEndPauseMs }) => cellEndPauseMs,
  },
];

const guardedKeys = 1_000_000;
/** How much more an alert may cost where so many keys are held than where there are few. */
const mostGrowth = 1.5;

/**
 * One REDUCE shard with so many keys, in a process of its own each time: memory that V8 has taken it seldom gives back. Rounds
 * go through all sizes, so that what disturbs one size meets the others too.
 */
export async function* state({ isQuick, say }: Context): AsyncGenerator<Row> {
  const sizes = isQuick ? [1_000, 10_000] : [1_000, 10_000, 100_000, guardedKeys];
  // Several checkpoints fall into the measured part.
  const alerts = isQuick ? 150_000 : 400_000;
  const found = sizes.map((keys) => ({ keys, rounds: [] as StateFound[] }));
  for (let round = 1; round <= (isQuick ? 1 : 5); round += 1)
    for (const { keys, rounds } of found) {
      const order: StateOrder = { keys, alerts };
      rounds.push(await measureApart<StateFound>({ module, order, nodeFlags, env: envOfWorker }));
      say(`state: round ${round}, ${keys} keys`);
    }
  yield* rowsOf(found);
}

interface OfSize {
  readonly keys: number;
  readonly rounds: readonly StateFound[];
}

/** The first size is the small one that the others are held against, round by round. */
export function rowsOf(sizes: readonly OfSize[]): readonly Row[] {
  return sizes.flatMap(({ keys, rounds }) => [
    ...figures.map(({ name, unit, limit = null, of }) =>
      rowOf({
        ...{ name: `${titleOf(keys)}: ${name}`, unit, samples: rounds.map(of) },
        limit: keys === guardedKeys ? limit : null,
      }),
    ),
    ...growthOf({ keys, rounds }, sizes[0]),
  ]);
}

function growthOf({ keys, rounds }: OfSize, small: OfSize | undefined): readonly Row[] {
  if (small === undefined || small.keys === keys) return [];
  const samples = rounds.flatMap(({ usPerAlert }, round) => {
    const floor = small.rounds[round];
    return floor === undefined ? [] : [usPerAlert / floor.usPerAlert];
  });
  return [
    rowOf({
      ...{ name: `${titleOf(keys)} : ${titleOf(small.keys)}, an alert`, unit: 'of its CPU', samples },
      limit: keys === guardedKeys ? mostGrowth : null,
    }),
  ];
}

function titleOf(keys: number): string {
  return `${keys.toLocaleString('en-US')} live keys`;
}
