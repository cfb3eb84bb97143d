import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Assignment } from '../../pipeline/replay/assignments.ts';
import type { ReplaySummary } from '../../pipeline/replay/index.ts';
import { call } from '../pipeline/cli/calling.ts';
import { type AitAlert, missingRuns, passedByWindow, pathOf, readRun } from './ait-runs.ts';

/** The two smaller runs; all six stand in bench/results/ait-ads-replay.md. */
const runs = ['shaw', 'wardbeck'];
const missing = missingRuns(runs);

describe.skipIf(missing !== null).each(runs)(`a replay of the AIT-ADS run %s ${missing ?? ''}`, (run) => {
  let folder: string;
  let summary: ReplaySummary;
  let assignments: readonly Assignment[];
  let alerts: readonly AitAlert[];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tocsin-ait-'));
    alerts = readRun(run);
    const { exitCode, stdout, stderr } = await call(['replay', pathOf(run), '--out', '.', '-o', 'json'], {
      cwd: folder,
    });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    summary = JSON.parse(stdout);
    const lines = readFileSync(join(folder, 'assignments.ndjson'), 'utf8').trimEnd().split('\n');
    assignments = lines.map((line) => JSON.parse(line));
  }, 120_000);
  afterAll(() => rmSync(folder, { recursive: true }));

  test('accounts for every alert, in the order of the file', () => {
    const places = assignments.map(({ position: { record, alert } }) => (alert === 0 ? record : -1));
    expect(places).toEqual(alerts.map((_, record) => record));
    const count = (outcome: string) => assignments.filter((each) => each.outcome === outcome).length;
    expect(summary).toMatchObject({
      records: alerts.length,
      alerts: alerts.length,
      passed: count('passed'),
      folded: count('folded'),
      suppressed: count('suppressed'),
      deadLettered: 0,
    });
    expect(count('passed') + count('folded') + count('suppressed')).toBe(alerts.length);
  });

  test('keeps at least one passed alert of each attack step', () => {
    const steps = new Set(alerts.map(({ step }) => step).filter((step) => step !== '-'));
    const kept = new Set(
      assignments.flatMap(({ outcome, position }) =>
        outcome === 'passed' ? [alerts[position.record]?.step] : [],
      ),
    );
    expect(steps.size).toBeGreaterThan(5);
    expect([...steps].filter((step) => !kept.has(step))).toEqual([]);
  });

  test('passes fewer than a plain window of five minutes per name and host', () => {
    const plain = passedByWindow(alerts);
    // The share that the window folds is known (94.0 and 93.8 %), so this is the same window.
    expect(Math.abs(1 - plain / alerts.length - 0.939)).toBeLessThan(0.002);
    expect(summary.passed).toBeLessThan(plain);
  });

  test('leaves no state behind', () => {
    expect(summary.remaining).toEqual({ rows: 0, timers: 0 });
  });
});
