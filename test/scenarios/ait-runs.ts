import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';

const folder = resolve(process.env['TOCSIN_DATA'] ?? '../shared/data', 'ait-ads');

/** One line of an AIT-ADS run, read without any of our code. */
export interface AitAlert {
  /** Seconds since 1970. */
  readonly time: number;
  readonly name: string;
  readonly host: string;
  /** The attack step that caused it, or `-`. */
  readonly step: string;
}

export const pathOf = (run: string) => resolve(folder, `${run}_alerts.csv.gz`);

/** Why the runs cannot be read here, or null. */
export function missingRuns(runs: readonly string[]): string | null {
  const isThere = runs.every((run) => existsSync(pathOf(run)));
  return isThere ? null : `(not in ${folder}; TOCSIN_DATA names the data folder)`;
}

/** Names hold commas, so the four columns behind the name are found from the right. */
const columns = /^(\d+),(.*),([^,]*),([^,]*),([^,]*),([^,]*),([^,]*)$/;

export function readRun(run: string): readonly AitAlert[] {
  const [, ...lines] = gunzipSync(readFileSync(pathOf(run)))
    .toString()
    .trimEnd()
    .split(/\r?\n/);
  return lines.map((line) => {
    const [, time = '', name = '', , host = '', , , step = ''] = columns.exec(line) ?? [];
    return { time: Number(time), name, host, step };
  });
}

/** What a plain window of five minutes per name and host would pass, the alerts in the order of their times. */
export function passedByWindow(alerts: readonly AitAlert[], windowSeconds = 300): number {
  const passedAt = new Map<string, number>();
  let passed = 0;
  for (const { name, host, time } of alerts.toSorted((a, b) => a.time - b.time)) {
    const key = `${host} ${name}`;
    const last = passedAt.get(key);
    if (last !== undefined && time - last < windowSeconds) continue;
    passedAt.set(key, time);
    passed += 1;
  }
  return passed;
}
