import { parseArgs } from 'node:util';
import { graphNames } from '../../pipeline/worker/index.ts';
import { countOf, oneOf } from '../command-line.ts';
import { publishing, publishingOf, publishingUsage } from '../harness/publish.ts';

const usual = { name: 'scale', rounds: 1, quick: '50000 alerts' };

export const usage = `usage: npx tsx bench/scale/main.ts [options]

  --alerts N        of the load; default 1000000
  --graphs LIST     of ${graphNames.join(', ')}; default all
${publishingUsage(usual)}`;

/** @throws Error with what is known where something is not */
export function optionsOf(args: readonly string[]) {
  const { values } = parseArgs({
    args: [...args],
    options: { alerts: { type: 'string' }, graphs: { type: 'string' }, ...publishing },
  });
  return {
    ...publishingOf(values, usual),
    alerts: countOf(values.alerts ?? (values.quick ? '50000' : '1000000')),
    graphs: values.graphs?.split(',').map((name) => oneOf(graphNames, name)) ?? graphNames,
  };
}

export type Options = ReturnType<typeof optionsOf>;
