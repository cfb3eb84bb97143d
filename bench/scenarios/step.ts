import { measureApart } from '../harness/apart.ts';
import { type Row, type RowDraft, rowOf } from '../harness/row.ts';
import type { Context } from '../harness/scenario.ts';
import type { StepOrder } from '../shards/step-run.ts';

const module = new URL('../shards/step-run.ts', import.meta.url);

/** Operators one by one, codecs, and what a checkpoint takes; each group in a process of its own, as one worker has them. */
export async function* step({ isQuick }: Context): AsyncGenerator<Row> {
  const size = isQuick
    ? { identities: 5_000, openIncidents: 200, runs: 5 }
    : { identities: 20_000, openIncidents: 2_000, runs: 15 };
  for (const of of ['reduce', 'relate', 'codecs', 'checkpoint'] as const) {
    const order: StepOrder = { ...size, of };
    for (const row of await measureApart<readonly RowDraft[]>({ module, order })) yield rowOf(row);
  }
}
