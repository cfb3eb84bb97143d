import { measureApart } from '../harness/apart.ts';
import { type Row, rowOf } from '../harness/row.ts';
import type { Context } from '../harness/scenario.ts';
import type { GuardOrder } from '../shards/guard-run.ts';

const module = new URL('../shards/guard-run.ts', import.meta.url);

/** What is guarded, each with the ratio beyond which something is broken; how they were chosen: docs/performance.md. */
const guarded = [
  { name: 'REDUCE, avro, an alert', of: 'reduce', format: 'avro', limit: 2 },
  { name: 'REDUCE, json, an alert', of: 'reduce', format: 'json', limit: 5 },
  { name: 'whole chain, avro, an alert', of: 'chain', format: 'avro', limit: 27 },
  { name: 'RELATE, a reduced record', of: 'relate', format: 'avro', limit: 90 },
] as const;

/** Whether an alert costs far more than it did, wherever this runs: against a bare loop beside it. */
export async function* guard({ isQuick }: Context): AsyncGenerator<Row> {
  const rounds = isQuick ? 9 : 35;
  for (const { name, of, format, limit } of guarded) {
    const order: GuardOrder = { of, format, rounds };
    const samples = await measureApart<readonly number[]>({ module, order });
    const unit = 'bare loops over an alert';
    yield rowOf({ name, unit, samples, limit });
  }
}
