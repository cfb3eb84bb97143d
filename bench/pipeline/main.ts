/**
 * Drains pre-filled topics on real services: see options.ts. Progress goes to stderr, the tables of
 * bench/results/pipeline.md to stdout. Exit code 1: somebody wrote something else than the load comes to; 64: usage.
 */
import { argumentsOr, commandOf } from '../command-line.ts';
import { machineOf } from '../harness/machine.ts';
import { publish } from '../harness/publish.ts';
import { targetsOf } from '../harness/table.ts';
import { othersFound } from '../peers/others.ts';
import { type Comparison, compare } from './compare.ts';
import { BenchGround } from './ground.ts';
import { type Options, optionsOf, usage } from './options.ts';
import { rowsOf } from './rows.ts';
import { comparisonTable } from './tables.ts';

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

async function measure({ loads, formats, ...options }: Options): Promise<readonly Comparison[]> {
  const bench = await BenchGround.prepare();
  try {
    const found: Comparison[] = [];
    for (const load of loads)
      for (const format of formats) found.push(await compare(bench, { ...options, load, format }, say));
    return found;
  } finally {
    await bench.close();
  }
}

const options = argumentsOr(usage, optionsOf);
const others = othersFound();
others.forEach(say);
const machine = machineOf(commandOf('bench/pipeline/main.ts'), new Date());
const found = await measure(options);
const rows = found.flatMap(rowsOf);
const told = others.map((line) => `- ${line}\n`).join('');
const tables = `${found.map(comparisonTable).join('\n')}${targetsOf(rows)}\n${told}`;
const isWrong = found.some(({ of }) => of.some(({ runs }) => runs.some(({ wrong }) => wrong > 0)));
if (isWrong && options.isRecorded) say('not recorded: somebody wrote something else than the load comes to');
publish({ machine, rows, tables }, { ...options, isRecorded: options.isRecorded && !isWrong });
process.exit(isWrong ? 1 : 0);
