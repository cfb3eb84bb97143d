import { measureApart } from '../harness/apart.ts';
import { repeated } from '../harness/repeated.ts';
import { type Row, type RowDraft, rowOf } from '../harness/row.ts';
import type { Context } from '../harness/scenario.ts';
import type { StateFound, StateOrder } from '../shards/state-run.ts';

const module = new URL('../shards/state-run.ts', import.meta.url);

/** A million keys are there twice while they are restored; near its limit V8 does little but collect. */
const nodeFlags = ['--max-old-space-size=8192'];

type Figure = Pick<RowDraft, 'name' | 'unit'> & { of(found: StateFound): number };

const figures: readonly Figure[] = [
  { name: 'an alert of a known key', unit: 'µs CPU', of: ({ usPerAlert }) => usPerAlert },
  { name: 'resident memory', unit: 'MiB', of: ({ rssMiB }) => rssMiB },
  { name: 'longest collection', unit: 'ms', of: ({ longestGcMs }) => longestGcMs },
  { name: 'longest batch of 500', unit: 'ms', of: ({ longestBatchMs }) => longestBatchMs },
  { name: 'checkpoint, rows taken', unit: 'ms', of: ({ checkpointMs }) => checkpointMs },
  { name: 'restore', unit: 'ms CPU', of: ({ restoreMs }) => restoreMs },
  { name: 'restore, a row', unit: 'µs CPU', of: ({ restoreUsPerRow }) => restoreUsPerRow },
  { name: 'end of the five minutes, in one step', unit: 'ms', of: ({ cellEndMs }) => cellEndMs },
];

/** One REDUCE shard with so many keys, in a process of its own each time: memory that V8 has taken it seldom gives back. */
export async function* state({ isQuick }: Context): AsyncGenerator<Row> {
  const sizes = isQuick ? [1_000, 10_000] : [1_000, 10_000, 100_000, 1_000_000];
  const alerts = isQuick ? 50_000 : 400_000;
  for (const keys of sizes) {
    const order: StateOrder = { keys, alerts };
    const found = await repeated(isQuick ? 1 : 5, () =>
      measureApart<StateFound>({ module, order, nodeFlags }),
    );
    const title = `${keys.toLocaleString('en-US')} live keys`;
    const rows = found[0]?.checkpointRows ?? 0;
    for (const { name, unit, of } of figures)
      yield rowOf({
        ...{ name: `${title}: ${name}`, unit, samples: found.map(of) },
        ...(name.startsWith('checkpoint') ? { note: `${rows} rows changed` } : {}),
      });
  }
}
