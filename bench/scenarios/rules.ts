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
      const samples = await repeated(isQuick ? 1 : 5, () => measureApart<number>({ module, order }));
      const name = `${count.toLocaleString('en-US')} ${titles[what]}`;
      yield rowOf({ name, unit: 'µs CPU per reduced record', samples });
    }
  }
}
