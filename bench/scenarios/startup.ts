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

interface Start {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  /** When it has begun, in what it writes on stderr; null: when it has ended. */
  readonly until: RegExp | null;
  /** With nothing of ours compiled from earlier starts; what the file system remembers stays. */
  readonly isCold?: boolean;
}

const starts: readonly Start[] = [
  { name: 'Node alone', command: ['node', '--eval', '0'], until: null },
  { name: 'with tsx', command: ['node', '--import', 'tsx', '--eval', '0'], until: null },
  { name: 'with our sources: tocsin --version', command: ['node', launcher, '--version'], until: null },
  { name: 'first numbers of tocsin demo', command: ['node', launcher, 'demo'], until: firstNumbers },
  { name: 'first numbers of npm start', command: ['npm', 'start', '--silent'], until: firstNumbers },
  {
    ...{ name: 'first numbers of npm start, nothing compiled', command: ['npm', 'start', '--silent'] },
    ...{ until: firstNumbers, isCold: true },
  },
];

/** How long somebody waits who has typed `npm start`, and what each layer of it takes by itself. */
export async function* startup({ isQuick }: Context): AsyncGenerator<Row> {
  for (const start of starts) {
    const samples: number[] = [];
    for (let run = 0; run < (isQuick ? 2 : 7); run += 1) samples.push(await timeOf(start));
    yield rowOf({ name: start.name, unit: 'ms', samples });
  }
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
