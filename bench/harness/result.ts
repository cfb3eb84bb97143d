import { existsSync, readFileSync, writeFileSync } from 'node:fs';
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
    return keep(scenario, one, markdownOf(scenario, found, machine));
  });
}

/** The same of a bench whose page is written by people too: the newest run becomes its first section. */
export function recordBeside(scenario: string, result: Result, section: string): readonly string[] {
  return keep(scenario, result, withSection(pageOf(scenario), section));
}

/** The section stands behind the introduction, before all others. */
export function withSection(page: string, section: string): string {
  const at = page.search(/^## /m);
  const [before, after] = at < 0 ? [`${page.trimEnd()}\n\n`, ''] : [page.slice(0, at), page.slice(at)];
  return `${before}${section.trimEnd()}\n${after === '' ? '' : `\n${after}`}`;
}

function pageOf(scenario: string): string {
  const file = join(folder, `${scenario}.md`);
  return existsSync(file) ? readFileSync(file, 'utf8') : `# ${scenario}\n`;
}

function keep(scenario: string, result: Result, page: string): readonly string[] {
  writeFileSync(join(folder, `${scenario}.json`), `${JSON.stringify(result)}\n`);
  writeFileSync(join(folder, `${scenario}.md`), page);
  return [`bench/results/${scenario}.json`, `bench/results/${scenario}.md`];
}
