import { measureApart } from '../harness/apart.ts';
import { repeated } from '../harness/repeated.ts';
import { type Row, rowOf } from '../harness/row.ts';
import type { Context } from '../harness/scenario.ts';
import type { RulesOrder } from '../shards/rules-run.ts';

const module = new URL('../shards/rules-run.ts', import.meta.url);

type What = keyof RulesOrder;

const titles: Readonly<Record<What, string>> = {
  ...{ silences: 'silences', inhibitRules: 'inhibition rules' },
  ...{ openIncidents: 'open incidents', tenants: 'tenants' },
};

/** A sample of a hundred thousand open incidents takes minutes, and 3 GB. */
function roundsOf({ openIncidents }: RulesOrder): number {
  return openIncidents < 100_000 ? 5 : 2;
}

/** What a reduced record costs as there is more to compare it with. */
export async function* rules({ isQuick }: Context): AsyncGenerator<Row> {
  const usual: RulesOrder = {
    openIncidents: isQuick ? 200 : 1_000,
    tenants: 1,
    silences: 0,
    inhibitRules: 0,
  };
  const cases: readonly (readonly [What, readonly number[], RulesOrder])[] = [
    ['silences', isQuick ? [10, 1_000] : [10, 1_000, 10_000], usual],
    ['inhibitRules', isQuick ? [10, 1_000] : [10, 1_000, 10_000], usual],
    ['openIncidents', isQuick ? [10, 1_000] : [10, 1_000, 100_000], usual],
    // No tenant is without an incident.
    ['tenants', isQuick ? [1, 100] : [1, 100, 10_000], { ...usual, openIncidents: isQuick ? 200 : 10_000 }],
  ];
  for (const [what, counts, rest] of cases) {
    for (const count of counts) {
      const order: RulesOrder = { ...rest, [what]: count };
      const rounds = isQuick ? 1 : roundsOf(order);
      const samples = await repeated(rounds, () => measureApart<number>({ module, order }));
      const name = `${count.toLocaleString('en-US')} ${titles[what]}`;
      yield rowOf({ name, unit: 'µs CPU per reduced record', samples });
    }
  }
}
