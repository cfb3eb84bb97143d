import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { call, folderWith } from './calling.ts';

const bad = { 'tocsin.yaml': 'log:\n  levle: info\n' };
const good = { 'tocsin.yaml': 'log:\n  level: warn\n' };

describe('config check', () => {
  test('says that a file is valid on stdout', async () => {
    expect(await call(['config', 'check'], { files: good })).toEqual({
      exitCode: 0,
      stdout: 'tocsin.yaml is valid\n',
      stderr: '',
    });
  });

  test('counts the tables that were read', async () => {
    const files = {
      'tocsin.yaml': 'enrich:\n  tables:\n    - name: t\n      file: t.csv\n      match: { host: host }\n',
      't.csv': 'host\na\nb\n',
    };
    expect((await call(['config', 'check'], { files })).stdout).toBe(
      'tocsin.yaml is valid (1 table, 2 rows)\n',
    );
  });

  test('says so when there is no file', async () => {
    expect(await call(['config', 'check'])).toEqual({
      exitCode: 0,
      stdout: 'no configuration file: the built-in defaults are valid\n',
      stderr: '',
    });
  });

  test.each<[string, (path: string) => void, string]>([
    ['that is a device', (path) => symlinkSync('/dev/zero', path), 'tocsin.yaml is not a regular file'],
    [
      'that is larger than any configuration',
      (path) => {
        writeFileSync(path, '');
        truncateSync(path, 2 ** 24);
      },
      'tocsin.yaml has 16777216 bytes; at most 4194304 are read',
    ],
  ])('refuses a file %s', async (_, make, told) => {
    const cwd = folderWith({});
    make(join(cwd, 'tocsin.yaml'));
    const { exitCode, stderr } = await call(['config', 'check'], { cwd });
    expect([exitCode, stderr]).toEqual([78, expect.stringContaining(told)]);
  });

  describe('of a file that it names', () => {
    const files = { 'tocsin.yaml': `log: { level: "\${file:level}" }\n`, real: 'warn\n' };

    test.each<[string, (path: string) => void, string]>([
      [
        'a pipe, which nobody may ever write to',
        (path) => execFileSync('mkfifo', [path]),
        'level is not a regular file',
      ],
      ['a device', (path) => symlinkSync('/dev/zero', path), 'level is not a regular file'],
      ['a folder', (path) => mkdirSync(path), 'level is a directory'],
      [
        'a file larger than any secret',
        (path) => {
          symlinkSync('real', path);
          truncateSync(path, 2 ** 30);
        },
        'level has 1073741824 bytes; at most 67108864 are read',
      ],
    ])('%s is refused', async (_, make, told) => {
      const cwd = folderWith(files);
      make(join(cwd, 'level'));
      const { exitCode, stderr } = await call(['config', 'check'], { cwd });
      expect([exitCode, stderr]).toEqual([78, expect.stringContaining(told)]);
    });

    test('a link to a link to a file is followed, as secrets are mounted', async () => {
      const cwd = folderWith(files);
      symlinkSync('real', join(cwd, 'newest'));
      symlinkSync('newest', join(cwd, 'level'));
      const { stdout } = await call(['config', 'show', '-o', 'json'], { cwd });
      expect(JSON.parse(stdout)).toMatchObject({ log: { level: 'warn' } });
    });
  });

  test('tells mistakes on stderr with exit code 78', async () => {
    expect(await call(['config', 'check'], { files: bad })).toEqual({
      exitCode: 78,
      stdout: '',
      stderr: `error: the configuration is invalid

tocsin.yaml:2:3: unknown key \`levle\` in \`log\`; did you mean \`level\`? [config.unknown-key]
  1 | log:
  2 |   levle: info
    |   ^^^^^

1 mistake in the configuration
`,
    });
  });

  test('gives mistakes to a machine as data', async () => {
    const { exitCode, stdout, stderr } = await call(['config', 'check', '-o', 'json'], { files: bad });
    expect({ exitCode, stderr }).toEqual({ exitCode: 78, stderr: '' });
    expect(JSON.parse(stdout)).toEqual({
      valid: false,
      file: 'tocsin.yaml',
      mistakes: [
        {
          code: 'config.unknown-key',
          message: 'unknown key `levle` in `log`; did you mean `level`?',
          file: 'tocsin.yaml',
          line: 2,
          column: 3,
          frame: '  1 | log:\n  2 |   levle: info\n    |   ^^^^^',
        },
      ],
    });
  });

  test('gives validity to a machine as data', async () => {
    const { stdout } = await call(['config', 'check', '-o', 'json'], { files: good });
    expect(JSON.parse(stdout)).toEqual({ valid: true, file: 'tocsin.yaml', mistakes: [] });
  });

  test.each<[string, string[], Record<string, string>]>([
    ['an argument', ['other.yaml'], {}],
    ['--config', ['--config', 'other.yaml'], {}],
    ['TOCSIN_CONFIG', [], { TOCSIN_CONFIG: 'other.yaml' }],
    ['an argument before TOCSIN_CONFIG', ['other.yaml'], { TOCSIN_CONFIG: 'tocsin.yaml' }],
  ])('takes the file from %s', async (_name, argv, env) => {
    const files = { ...bad, 'other.yaml': '' };
    expect((await call(['config', 'check', ...argv], { files, env })).stdout).toBe('other.yaml is valid\n');
  });

  test('says that a named file does not exist', async () => {
    const { exitCode, stderr } = await call(['config', 'check', 'nowhere.yaml']);
    expect(exitCode).toBe(78);
    expect(stderr).toContain('nowhere.yaml does not exist [config.unreadable]');
  });
});

describe('config show', () => {
  test('prints YAML with the defaults filled in', async () => {
    const { exitCode, stdout, stderr } = await call(['config', 'show'], { files: good });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toContain('\nlog:\n  level: warn\n');
    expect(stdout).toContain('\nworker:\n  graphs:\n    - reduce\n');
  });

  test('prints the same as JSON', async () => {
    const { stdout } = await call(['config', 'show', '-o', 'json'], { files: good });
    expect(JSON.parse(stdout)).toMatchObject({ log: { level: 'warn' }, worker: { heartbeatMs: 1_000 } });
  });

  test('shows what the environment says', async () => {
    const files = { 'tocsin.yaml': 'worker:\n  batchRecords: $' + '{env:BATCH:-7}\n' };
    const shown = async (env: Record<string, string>) =>
      JSON.parse((await call(['config', 'show', '-o', 'json'], { files, env })).stdout);
    expect(await shown({})).toMatchObject({ worker: { batchRecords: 7 } });
    expect(await shown({ BATCH: '9' })).toMatchObject({ worker: { batchRecords: 9 } });
  });

  test('tells mistakes instead when there are some', async () => {
    expect(await call(['config', 'show'], { files: bad })).toMatchObject({ exitCode: 78, stdout: '' });
  });
});

test('config schema prints one JSON document that editors understand', async () => {
  const { exitCode, stdout } = await call(['config', 'schema']);
  expect(exitCode).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    type: 'object',
  });
});
