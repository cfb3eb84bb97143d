import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Row, rowOf } from '../harness/row.ts';
import type { Context } from '../harness/scenario.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const launcher = 'pipeline/cli/tocsin.mjs';
/** Without a terminal the demo writes a heading, and a line of numbers with the first alert. */
const firstNumbers = /^.+\n.*\d/;

/** Part of the demo in a process of its own, with TypeScript read as the launcher does it. */
const module = (code: string) =>
  ['node', '--input-type=module', '--eval', `${readTypeScript} ${code}`] as const;
const readTypeScript = `if (!process.features.typescript) (await import('tsx/esm/api')).register();`;
const loadDemo = `await import('./pipeline/cli/main.ts'); await import('./pipeline/cli/commands/show-demo.ts');`;
const makeStory = `const { generate } = await import('./pipeline/demo/index.ts');
  generate({ seed: 1, startAt: Date.UTC(2026, 0, 5, 9), minutes: 60 });`;

interface Start {
  readonly name: string;
  /** What it takes longer for than the one before it; null: it is none of those steps. */
  readonly step: string | null;
  readonly command: readonly [string, ...string[]];
  /** When it has begun, in what it writes on stderr; null: when it has ended. */
  readonly until: RegExp | null;
  /** With nothing of ours compiled from earlier starts; what the file system remembers stays. */
  readonly isCold?: boolean;
}

/** Each does what the one before it does, and more. */
const starts: readonly Start[] = [
  { name: 'Node alone', step: 'Node', command: ['node', '--eval', '0'], until: null },
  { name: 'with tsx', step: 'tsx', command: ['node', '--import', 'tsx', '--eval', '0'], until: null },
  {
    ...{ name: 'with our sources: tocsin --version', step: 'the command line' },
    ...{ command: ['node', launcher, '--version'], until: null },
  },
  {
    ...{ name: 'with the modules of the demo', step: 'loading the demo and the worker' },
    ...{ command: module(loadDemo), until: null },
  },
  {
    ...{ name: 'with its story', step: 'making up the story' },
    ...{ command: module(`${loadDemo} ${makeStory}`), until: null },
  },
  {
    ...{ name: 'first numbers of tocsin demo --speed max', step: 'the first alerts through both graphs' },
    ...{ command: ['node', launcher, 'demo', '--speed', 'max'], until: firstNumbers },
  },
  {
    ...{ name: 'first numbers of tocsin demo', step: 'waiting as the story does, at 60x' },
    ...{ command: ['node', launcher, 'demo'], until: firstNumbers },
  },
  {
    ...{ name: 'first numbers of npm start', step: 'npm' },
    ...{ command: ['npm', 'start', '--silent'], until: firstNumbers },
  },
  {
    ...{ name: 'first numbers of npm start, nothing compiled', step: null },
    ...{ command: ['npm', 'start', '--silent'], until: firstNumbers, isCold: true },
  },
];

/** How long somebody waits who has typed `npm start`, and which step of it takes how long. */
export async function* startup({ isQuick, say }: Context): AsyncGenerator<Row> {
  const found = starts.map(({ name, step }) => ({ name, step, ms: [] as number[] }));
  const rounds = isQuick ? 2 : 7;
  for (let round = 1; round <= rounds; round += 1) {
    for (const [i, start] of starts.entries()) found[i]?.ms.push(await timeOf(start));
    say(`startup: round ${round}`);
  }
  yield* rowsOf(found);
}

interface Started extends Pick<Start, 'name' | 'step'> {
  /** Of each round. */
  readonly ms: readonly number[];
}

/** Each start, and then how much longer it took than the one before it in the same round. */
export function rowsOf(found: readonly Started[]): readonly Row[] {
  const whole = found.map(({ name, ms }) => rowOf({ name, unit: 'ms', samples: ms }));
  const steps = found.flatMap(({ step, ms }, place) => {
    if (step === null) return [];
    const before = found[place - 1]?.ms ?? [];
    const samples = ms.map((each, round) => each - (before[round] ?? 0));
    return [rowOf({ name: `of npm start: ${step}`, unit: 'ms', samples })];
  });
  return [...whole, ...steps];
}

async function timeOf({ command: [program, ...args], until, isCold = false }: Start): Promise<number> {
  // tsx keeps what it has compiled in the folder for temporary files.
  const folder = isCold ? mkdtempSync(join(tmpdir(), 'tocsin-bench-')) : null;
  const env = folder === null ? process.env : { ...process.env, TMPDIR: folder };
  try {
    return await msUntil(until, () =>
      spawn(program, args, { cwd: root, env, stdio: ['ignore', 'ignore', 'pipe'], detached: true }),
    );
  } finally {
    if (folder !== null) rmSync(folder, { recursive: true, force: true });
  }
}

/** @throws Error when the process ends without having begun */
function msUntil(until: RegExp | null, start: () => ReturnType<typeof spawn>): Promise<number> {
  return new Promise((resolve, reject) => {
    const startedAt = performance.now();
    const child = start();
    let ms: number | null = null;
    let text = '';
    child.stderr?.setEncoding('utf8').on('data', (piece: string) => {
      text += piece;
      if (ms !== null || until === null || !until.test(text)) return;
      ms = performance.now() - startedAt;
      // npm, and the demo below it: the group that this process leads.
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    });
    child.on('error', reject);
    child.on('close', (code) => {
      if (until === null && code === 0) ms = performance.now() - startedAt;
      if (ms === null) reject(new Error(`${child.spawnargs.join(' ')} ended with ${code}: ${text}`));
      else resolve(ms);
    });
  });
}
