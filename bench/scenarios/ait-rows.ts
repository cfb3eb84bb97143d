import { missingRuns } from '../../test/scenarios/ait-runs.ts';
import { measureApart } from '../harness/apart.ts';
import { repeated } from '../harness/repeated.ts';
import { type Row, rowOf } from '../harness/row.ts';
import type { Context } from '../harness/scenario.ts';
import type { AitFound, AitOrder } from '../shards/ait-run.ts';

const module = new URL('../shards/ait-run.ts', import.meta.url);
const kinds: readonly (readonly [string, AitOrder['graphs']])[] = [
  ['REDUCE', ['reduce']],
  ['whole chain', ['reduce', 'relate']],
];

/** Real alerts: the recorded runs of the AIT alert data set, as `tocsin replay` reads them. */
export async function* aitRows({ isQuick, say }: Context): AsyncGenerator<Row> {
  const runs = isQuick ? ['shaw'] : ['shaw', 'harrison'];
  const missing = missingRuns(runs);
  if (missing !== null) return say(`the AIT-ADS runs are left out: they are ${missing}`);
  for (const run of runs) {
    for (const [title, graphs] of kinds) {
      const order: AitOrder = { run, graphs };
      const found = await repeated(isQuick ? 1 : 3, () => measureApart<AitFound>({ module, order }));
      yield rowOf({
        ...{ name: `replay of AIT-ADS ${run}, ${title}`, unit: 'µs CPU per alert' },
        samples: found.map(({ usPerAlert }) => usPerAlert),
        note: `${found[0]?.alerts ?? 0} alerts, with the worker and the embedded neighbours`,
      });
    }
  }
}
