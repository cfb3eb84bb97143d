import { execFileSync } from 'node:child_process';
import { cpus, totalmem } from 'node:os';

/** What a result was found on: without it a figure says nothing. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly node: string;
  readonly commit: string;
  /** Files were changed that no commit holds. */
  readonly isDirty: boolean;
  readonly command: string;
  /** ISO 8601, when the run began. */
  readonly date: string;
}

/** Of the services that need it; '' where there is none. */
export function javaVersion(): string {
  try {
    const text = execFileSync('sh', ['-c', 'java -version 2>&1'], { encoding: 'utf8' });
    const version = /^openjdk version "([^"]+)"/m.exec(text)?.[1];
    return version === undefined ? 'Java of another make' : `Java ${version}`;
  } catch {
    return '';
  }
}

export function machineOf(command: string, now: Date): Machine {
  const [cpu] = cpus();
  return {
    cpu: cpu?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.versions.node,
    commit: git('rev-parse', '--short', 'HEAD') || 'unknown',
    isDirty: git('status', '--porcelain') !== '',
    command,
    date: now.toISOString(),
  };
}

/** '' where there is no repository, as in an unpacked archive. */
function git(...args: readonly string[]): string {
  try {
    return execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return '';
  }
}
