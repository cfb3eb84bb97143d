import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { onTestFinished } from 'vitest';
import type { Command } from '../../../pipeline/cli/command.ts';
import type { Io } from '../../../pipeline/cli/io.ts';
import { run } from '../../../pipeline/cli/main.ts';

export interface Called {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Surroundings {
  /** Files in the working directory, by name. */
  readonly files?: Readonly<Record<string, string>>;
  /** A working directory that is there already, instead of one with `files`. */
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly isTTY?: boolean;
  /** SIGINT or SIGTERM came. */
  readonly interrupted?: AbortSignal;
  readonly commands?: readonly Command[];
}

/** Runs a command line in this process, in a working directory of its own. */
export async function call(argv: readonly string[], around: Surroundings = {}): Promise<Called> {
  const written = { stdout: '', stderr: '' };
  const out = (name: 'stdout' | 'stderr') => ({
    write: (text: string) => {
      written[name] += text;
    },
    isTTY: around.isTTY === true,
    columns: 80,
  });
  const io: Io = {
    stdout: out('stdout'),
    stderr: out('stderr'),
    stdin: Readable.from([]),
    env: around.env ?? {},
    cwd: around.cwd ?? folderWith(around.files ?? {}),
    interrupted: around.interrupted ?? new AbortController().signal,
    abandon: () => {},
  };
  const exitCode = await run(argv, io, around.commands);
  return { exitCode, ...written };
}

/** A folder that is gone when the test is over. */
export function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'tocsin-cli-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}
