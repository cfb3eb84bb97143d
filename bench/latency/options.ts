import { parseArgs } from 'node:util';
import { countOf, oneOf } from '../command-line.ts';
import { publishing, publishingOf, publishingUsage } from '../harness/publish.ts';
import { disturbances } from './disturb.ts';
import { deliveryModes, graphSets } from './table.ts';

const usual = { name: 'latency', rounds: 1, quick: '1000 alerts a second for 20 seconds, undisturbed' };

export const usage = `usage: npx tsx bench/latency/main.ts [options]

  --rates LIST      alerts a second; default 1000,10000,50000
  --seconds N       length of the load, of which the first ten do not count; default 60
  --graphs LIST     of ${graphSets.join(', ')}: the whole chain, or REDUCE alone; default all
  --modes LIST      of ${deliveryModes.join(', ')}; default both
  --during LIST     of ${disturbances.join(', ')}; all but none are measured at 10000 a second, or the only rate; default all
${publishingUsage(usual)}`;

/** @throws Error with what is known where something is not */
export function optionsOf(args: readonly string[]) {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rates: { type: 'string' },
      graphs: { type: 'string' },
      seconds: { type: 'string' },
      modes: { type: 'string' },
      during: { type: 'string' },
      ...publishing,
    },
  });
  const { quick } = values;
  const rates = (values.rates ?? (quick ? '1000' : '1000,10000,50000')).split(',').map(countOf);
  const during = values.during ?? (quick ? 'none' : disturbances.join(','));
  return {
    ...publishingOf(values, usual),
    rates,
    seconds: countOf(values.seconds ?? (quick ? '20' : '60')),
    graphs: (values.graphs ?? 'all').split(',').map((name) => oneOf(graphSets, name)),
    modes: (values.modes ?? deliveryModes.join(',')).split(',').map((name) => oneOf(deliveryModes, name)),
    during: during.split(',').map((name) => oneOf(disturbances, name)),
    disturbedRate: rates.find((rate) => rate === 10_000) ?? rates[0],
  };
}

export type Options = ReturnType<typeof optionsOf>;
