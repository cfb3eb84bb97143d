import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Machine } from './machine.ts';
import type { Row } from './row.ts';
import { markdownOf } from './table.ts';

/** What `-o json` prints and `bench/results/*.json` hold. */
export interface Result {
  readonly format: typeof resultFormat;
  readonly machine: Machine;
  readonly isQuick: boolean;
  /** By scenario. */
  readonly rows: Readonly<Record<string, readonly Row[]>>;
}

export const resultFormat = 'tocsin-bench-1';

/** @throws Error that names the file and says what is wrong with it */
export function readResult(path: string): Result {
  const result = parse(path);
  if (result?.format !== resultFormat) throw new Error(`${path}: not a result of npm run bench -- -o json`);
  return result;
}

function parse(path: string): Result | null {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new Error(`${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

const folder = fileURLToPath(new URL('../results/', import.meta.url));

/** Keeps each scenario of a result as a file for `bench:compare` and one for people; returns their names. */
export function record({ machine, rows, ...rest }: Result): readonly string[] {
  return Object.entries(rows).flatMap(([scenario, found]) => {
    const one: Result = { ...rest, machine, rows: { [scenario]: found } };
    writeFileSync(join(folder, `${scenario}.json`), `${JSON.stringify(one)}\n`);
    writeFileSync(join(folder, `${scenario}.md`), markdownOf(scenario, found, machine));
    return [`bench/results/${scenario}.json`, `bench/results/${scenario}.md`];
  });
}
