import { parseArgs } from 'node:util';
import { countOf } from '../command-line.ts';
import { publishing, publishingOf, publishingUsage } from '../harness/publish.ts';

const usual = { name: 'sink', rounds: 1, quick: '20000 alerts, 2000 rows a second' };

export const usage = `usage: npx tsx bench/sink/main.ts [options]

  --alerts N        what the outputs are made of; default 300000
  --rows-per-second N
                    written around the outage; default 20000
${publishingUsage(usual)}`;

/** @throws Error with what is known where something is not */
export function optionsOf(args: readonly string[]) {
  const { values } = parseArgs({
    args: [...args],
    options: { alerts: { type: 'string' }, 'rows-per-second': { type: 'string' }, ...publishing },
  });
  const { quick } = values;
  return {
    ...publishingOf(values, usual),
    alerts: countOf(values.alerts ?? (quick ? '20000' : '300000')),
    rowsPerSecond: countOf(values['rows-per-second'] ?? (quick ? '2000' : '20000')),
  };
}

export type Options = ReturnType<typeof optionsOf>;
