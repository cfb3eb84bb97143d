import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { type Findings, together } from './campaign.ts';
import type { Mode } from './options.ts';

export interface Share {
  readonly from: number;
  readonly seeds: number;
  readonly mode: Mode;
  readonly untilFound: boolean;
  /** Where the source lies; here unless given. */
  readonly folder?: string;
}

/** Seeds that one process runs before the next one takes its place: memory and compiled code start afresh. */
const seedsPerProcess = 2_000;

/** Runs a range of seeds in `jobs` processes side by side; `onShare` hears of each part as it is done. */
export async function runJobs(
  { from, seeds, mode }: Omit<Share, 'untilFound'>,
  jobs: number,
  onShare: (findings: Findings) => void,
): Promise<Findings> {
  const size = Math.max(1, Math.min(seedsPerProcess, Math.ceil(seeds / jobs)));
  const shares: Share[] = [];
  for (let first = from; first < from + seeds; first += size)
    shares.push({ from: first, seeds: Math.min(size, from + seeds - first), mode, untilFound: false });
  const found: Findings[] = [];
  const work = async (): Promise<void> => {
    for (let share = shares.shift(); share !== undefined; share = shares.shift()) {
      const findings = await runShare(share);
      found.push(findings);
      onShare(findings);
    }
  };
  await Promise.all(Array.from({ length: jobs }, work));
  return together(found);
}

const root = fileURLToPath(new URL('../..', import.meta.url));

/** One share in a process of its own. Rejects when it ends without having said what it found. */
export async function runShare({ from, seeds, mode, untilFound, folder = root }: Share): Promise<Findings> {
  const flags = ['--from', `${from}`, '--seeds', `${seeds}`, '--mode', mode, '--jobs', '1', '--json'];
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', 'test/simulation/main.ts', ...flags, ...(untilFound ? ['--until-found'] : [])],
    { stdio: ['ignore', 'pipe', 'inherit'], cwd: folder },
  );
  let text = '';
  child.stdout.on('data', (part: Buffer) => {
    text += part.toString();
  });
  const [code] = await once(child, 'close');
  if (text === '')
    throw new Error(`seeds ${from} to ${from + seeds - 1} ended with ${code} and said nothing`);
  // What `main.ts --json` prints.
  return JSON.parse(text) as Findings;
}
