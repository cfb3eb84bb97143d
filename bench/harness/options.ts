import { parseArgs } from 'node:util';
import { oneOf } from '../command-line.ts';
import type { Listed, Program } from './scenario.ts';

export interface Options {
  /** In the order in which they were named. */
  readonly scenarios: readonly string[];
  readonly isQuick: boolean;
  readonly output: 'table' | 'json';
  readonly isRecorded: boolean;
}

/** What can be named. */
export interface Catalogue {
  readonly scenarios: Readonly<Record<string, Listed>>;
  readonly programs: Readonly<Record<string, Program>>;
}

export function usageOf({ scenarios, programs }: Catalogue): string {
  return `usage: npm run bench -- [scenario…] [options]

${listOf(scenarios)}
None named: all of them.

  --quick           shorter, for a look
  -o, --output FORM table or json; default table
  --record          keep the results in bench/results

Or one of these, on real services, with options of its own behind the name:

${listOf(programs)}`;
}

function listOf(named: Readonly<Record<string, { readonly about: string }>>): string {
  const width = Math.max(...Object.keys(named).map((name) => name.length));
  return Object.entries(named)
    .map(([name, { about }]) => `  ${name.padEnd(width)}  ${about}\n`)
    .join('');
}

/** @throws Error with what is known where something is not */
export function optionsOf(args: readonly string[], catalogue: Catalogue): Options {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      quick: { type: 'boolean', default: false },
      output: { type: 'string', short: 'o', default: 'table' },
      record: { type: 'boolean', default: false },
    },
  });
  const { quick, output, record } = values;
  if (quick && record) throw new Error('--record: a quick run is not worth keeping; leave --quick out');
  const scenarios = positionals.length > 0 ? positionals : Object.keys(catalogue.scenarios);
  return {
    scenarios: [...new Set(scenarios)].map((name) => knownScenario(name, catalogue)),
    isQuick: quick,
    output: oneOf(['table', 'json'] as const, output),
    isRecorded: record,
  };
}

function knownScenario(name: string, { scenarios, programs }: Catalogue): string {
  if (Object.hasOwn(scenarios, name)) return name;
  if (Object.hasOwn(programs, name))
    throw new Error(`${name} comes first and alone: it has options of its own`);
  return oneOf([...Object.keys(scenarios), ...Object.keys(programs)], name);
}
