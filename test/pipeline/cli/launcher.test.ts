import { spawn } from 'node:child_process';
import { accessSync, constants, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { folderWith } from './calling.ts';

const launcher = fileURLToPath(new URL('../../../pipeline/cli/tocsin.mjs', import.meta.url));

interface Ended {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface Start {
  readonly files?: Record<string, string>;
  /** Flags for Node itself. */
  readonly flags?: readonly string[];
  /** Where it may put what it needs for a while. */
  readonly temporary?: string;
  /** Nobody reads stdout, as behind `| head` once it has enough. */
  readonly isUnread?: boolean;
}

/** Starts the real launcher in a process of its own. */
function start(
  argv: readonly string[],
  { files = {}, flags = [], temporary, isUnread = false }: Start = {},
): Promise<Ended> {
  const env = { PATH: process.env['PATH'] ?? '', ...(temporary === undefined ? {} : { TMPDIR: temporary }) };
  const child = spawn(process.execPath, [...flags, launcher, ...argv], { cwd: folderWith(files), env });
  let [stdout, stderr] = ['', ''];
  if (isUnread) child.stdout.destroy();
  child.stdout.on('data', (bytes: Buffer) => {
    stdout += bytes.toString();
  });
  child.stderr.on('data', (bytes: Buffer) => {
    stderr += bytes.toString();
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (exitCode) => resolve({ exitCode, stdout, stderr }));
  });
}

describe('the launcher', () => {
  test('is what package.json calls `tocsin`, and may be executed', () => {
    const manifest = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'));
    expect(launcher.endsWith(manifest.bin.tocsin)).toBe(true);
    expect(() => accessSync(launcher, constants.X_OK)).not.toThrow();
  });

  test('runs from another folder and says nothing but what was asked for', async () => {
    expect(await start(['config', 'check'], { files: { 'tocsin.yaml': 'log: { level: warn }\n' } })).toEqual({
      exitCode: 0,
      stdout: 'tocsin.yaml is valid\n',
      stderr: '',
    });
  });

  test('exits with 78 on an invalid configuration', async () => {
    const ended = await start(['config', 'check'], { files: { 'tocsin.yaml': 'log: { level: loud }\n' } });
    expect(ended).toMatchObject({ exitCode: 78, stdout: '' });
    expect(ended.stderr).toContain('tocsin.yaml:1:15: `log.level` must be one of');
  });

  test('exits with 64 on a command line that it does not understand', async () => {
    expect(await start(['confg'])).toMatchObject({ exitCode: 64, stdout: '' });
  });

  test('writes all of a long answer into a pipe', async () => {
    const { stdout } = await start(['config', 'schema']);
    expect(JSON.parse(stdout)).toHaveProperty('properties.worker');
  });

  test('keeps what was compiled, by Node or by tsx, for the next start', async () => {
    const temporary = folderWith({});
    expect(await start(['--version'], { temporary })).toMatchObject({ exitCode: 0, stderr: '' });
    expect(readdirSync(temporary).join()).toMatch(/node-compile-cache|tsx-/);
  });

  test('ends in peace when the reader goes away', async () => {
    expect(await start(['config', 'schema'], { isUnread: true })).toMatchObject({ exitCode: 0, stderr: '' });
  });

  test('tells an old Node from a new one before it loads anything', async () => {
    const old = "Object.defineProperty(process, 'versions', { value: { node: '20.18.9' } })";
    const ended = await start(['--help'], { flags: ['--import', `data:text/javascript,${old}`] });
    expect(ended).toEqual({
      exitCode: 69,
      stdout: '',
      stderr: 'tocsin needs Node 20.19 or newer; this is 20.18.9\n',
    });
  });
});
