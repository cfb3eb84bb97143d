/**
 * npm run bench -- [scenario…] [--quick] [-o json] [--record], or a bench on real services with its own options.
 *
 * Progress goes to stderr, results to stdout. Exit code 1: a row is beyond its limit; 64: usage.
 */
import { fileURLToPath } from 'node:url';
import { programs, scenarios } from './catalogue.ts';
import { argumentsOr } from './command-line.ts';
import { machineOf } from './harness/machine.ts';
import { type Options, optionsOf, usageOf } from './harness/options.ts';
import { type Result, record, resultFormat } from './harness/result.ts';
import { isBeyondLimit, type Row } from './harness/row.ts';
import type { Program } from './harness/scenario.ts';
import { shown, textOf } from './harness/table.ts';

const catalogue = { scenarios, programs };

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

async function measure(name: string, isQuick: boolean): Promise<readonly Row[]> {
  say(`${name}: begins`);
  const scenario = await scenarios[name]?.load();
  const rows: Row[] = [];
  for await (const row of scenario?.({ isQuick, say }) ?? []) {
    rows.push(row);
    say(`${name}: ${row.name}: ${shown(row.median)} ± ${shown(row.spread)} ${row.unit}`);
  }
  return rows;
}

async function measureAll({ scenarios: names, isQuick }: Options, command: string): Promise<Result> {
  const machine = machineOf(command, new Date());
  const rows: Record<string, readonly Row[]> = {};
  for (const name of names) rows[name] = await measure(name, isQuick);
  return { format: resultFormat, machine, isQuick, rows };
}

async function runScenarios(): Promise<void> {
  const options = argumentsOr(usageOf(catalogue), (args) => optionsOf(args, catalogue));
  const command = ['npm run bench --', ...process.argv.slice(2)].join(' ').trim();
  const result = await measureAll(options, command);
  if (options.output === 'json') process.stdout.write(`${JSON.stringify(result)}\n`);
  else
    for (const [name, rows] of Object.entries(result.rows))
      process.stdout.write(`\n${name}\n${textOf(rows)}`);
  if (options.isRecorded) for (const file of record(result)) say(`${file} written`);
  for (const { name, median, limit } of Object.values(result.rows).flat().filter(isBeyondLimit)) {
    say(`${name}: ${shown(median)} is beyond its limit of ${limit}`);
    process.exitCode = 1;
  }
}

/** As if it had been called by its own name: it reads the command line, and ends the process. */
async function runProgram({ entry, args = [] }: Program): Promise<void> {
  const module = new URL(entry, import.meta.url);
  process.argv.splice(1, 2, fileURLToPath(module), ...args);
  await import(module.href);
}

const [name = ''] = process.argv.slice(2);
const program = Object.hasOwn(programs, name) ? programs[name] : undefined;
await (program === undefined ? runScenarios() : runProgram(program));
