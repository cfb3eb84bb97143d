import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Assignment } from '../../pipeline/replay/assignments.ts';
import type { FilesSummary } from '../../pipeline/replay/index.ts';
import type { Aggregate } from '../../schemas/aggregate.ts';
import type { EnrichedAlert } from '../../schemas/alert.ts';
import type { Decision } from '../../schemas/decision.ts';
import type { Incident } from '../../schemas/incident.ts';
import { call, folderWith } from '../pipeline/cli/calling.ts';

/** What a replay left in its folder, line by line. */
export interface Written {
  readonly enriched: readonly EnrichedAlert[];
  readonly suppressed: readonly EnrichedAlert[];
  readonly incidents: readonly Incident[];
  readonly aggregates: readonly Aggregate[];
  readonly decisions: readonly Decision[];
  readonly assignments: readonly Assignment[];
}

export interface Replayed extends Written {
  readonly summary: FilesSummary;
  readonly stderr: string;
  readonly folder: string;
}

/** Replays files through the command line, with --out and -o json; fails when the exit code is not 0. */
export async function replayFiles(
  files: Readonly<Record<string, string>>,
  argv: readonly string[] = [],
): Promise<Replayed> {
  const folder = folderWith(files);
  const names = Object.keys(files).filter((name) => !name.endsWith('.yaml'));
  const { exitCode, stdout, stderr } = await call(
    ['replay', ...names, '--out', 'out', '-o', 'json', ...argv],
    { cwd: folder },
  );
  if (exitCode !== 0) throw new Error(`exit code ${exitCode}: ${stderr}`);
  const out = join(folder, 'out');
  return { ...readWritten(out), summary: JSON.parse(stdout), stderr, folder: out };
}

export function readWritten(folder: string): Written {
  return {
    enriched: readLines(folder, 'alerts.enriched.v1'),
    suppressed: readLines(folder, 'alerts.suppressed.v1'),
    incidents: readLines(folder, 'incidents.v1'),
    aggregates: readLines(folder, 'alerts.aggregates.v1'),
    decisions: readLines(folder, 'decisions.v1'),
    assignments: readLines(folder, 'assignments'),
  };
}

/** Lines are what a test asked the pipeline for; what is in them is for the test to check. */
function readLines<T>(folder: string, name: string): T[] {
  const text = readFileSync(join(folder, `${name}.ndjson`), 'utf8');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

/** Names and contents of all files in a folder. */
export function contentsOf(folder: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(folder)
      .sort()
      .map((name) => [name, readFileSync(join(folder, name), 'utf8')]),
  );
}
