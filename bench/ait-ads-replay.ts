/**
 * Replays the six AIT-ADS runs and holds what came out against their labels; prints the table of
 * bench/results/ait-ads-replay.md. Times are those of one process on whatever else the machine does meanwhile, so CPU
 * seconds stand beside them.
 *
 * TOCSIN_DATA=../shared/data npx tsx bench/ait-ads-replay.ts
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ReplaySummary } from '../pipeline/replay/index.ts';
import { type AitAlert, missingRuns, passedByWindow, pathOf, readRun } from '../test/scenarios/ait-runs.ts';

const runs = ['harrison', 'santos', 'shaw', 'wardbeck', 'wheeler', 'wilson'];
const launcher = fileURLToPath(new URL('../pipeline/cli/tocsin.mjs', import.meta.url));

interface Timed {
  readonly summary: ReplaySummary;
  /** User and system seconds of the whole process, start-up included. */
  readonly cpuSeconds: number;
}

function replay(run: string, argv: readonly string[]): Timed {
  const command = [process.execPath, launcher, 'replay', pathOf(run), '-o', 'json', ...argv];
  const script = `TIMEFORMAT='%U %S'; time "$@"`;
  const { status, stdout, stderr } = spawnSync('bash', ['-c', script, 'bash', ...command], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${command.join(' ')}: ${stderr}`);
  const [user = 0, system = 0] = (stderr.trim().split('\n').at(-1) ?? '').split(' ').map(Number);
  return { summary: JSON.parse(stdout), cpuSeconds: user + system };
}

/** Attack steps with at least one passed alert, and all of them. */
function stepsKept(
  alerts: readonly AitAlert[],
  folder: string,
): { readonly kept: number; readonly of: number } {
  const steps = new Set(alerts.map(({ step }) => step).filter((step) => step !== '-'));
  const kept = new Set<string>();
  const lines = readFileSync(join(folder, 'assignments.ndjson'), 'utf8').trimEnd().split('\n');
  for (const line of lines) {
    const { outcome, position } = JSON.parse(line);
    const step = alerts[position.record]?.step;
    if (outcome === 'passed' && step !== undefined && step !== '-') kept.add(step);
  }
  return { kept: kept.size, of: steps.size };
}

const count = (value: number | null) => (value === null ? '–' : Math.round(value).toLocaleString('en-US'));
const share = (part: number, of: number) => `${((100 * part) / of).toFixed(1)} %`;
const megabytes = (bytes: number) => count(bytes / 1e6);

function rowsOf(run: string): { readonly quality: string; readonly speed: string } {
  const folder = mkdtempSync(join(tmpdir(), 'tocsin-ait-'));
  try {
    const reduced = replay(run, ['--graphs', 'reduce']);
    const whole = replay(run, []);
    const written = replay(run, ['--out', folder]);
    const alerts = readRun(run);
    const plain = passedByWindow(alerts);
    const steps = stepsKept(alerts, folder);
    const { passed, suppressed, incidents } = written.summary;
    const total = written.summary.alerts;
    const quality = [
      run,
      count(total),
      count(passed),
      share(passed ?? 0, total),
      count(plain),
      share(plain, total),
      count(suppressed),
      `${steps.kept}/${steps.of}`,
      count(incidents),
    ];
    const speeds = [reduced, whole, written].flatMap(({ summary, cpuSeconds }) => [
      summary.seconds.toFixed(1),
      cpuSeconds.toFixed(1),
      count(summary.alertsPerSecond),
      megabytes(summary.peakRssBytes),
    ]);
    return {
      quality: quality.join(' | '),
      speed: [run, ...speeds].join(' | '),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const missing = missingRuns(runs);
if (missing !== null) throw new Error(`the AIT-ADS runs are ${missing}`);
const rows = runs.map(rowsOf);
const lines = [
  '| run | alerts | passed | of all | plain window | of all | suppressed | attack steps kept | incidents |',
  '|---|---|---|---|---|---|---|---|---|',
  ...rows.map(({ quality }) => `| ${quality} |`),
  '',
  '| run | reduce: s | CPU s | alerts/s | MB | whole chain: s | CPU s | alerts/s | MB | with --out: s | CPU s | alerts/s | MB |',
  `|${'---|'.repeat(13)}`,
  ...rows.map(({ speed }) => `| ${speed} |`),
];
process.stdout.write(`${lines.join('\n')}\n`);
