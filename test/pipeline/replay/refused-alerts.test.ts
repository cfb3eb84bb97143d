import { expect, test } from 'vitest';
import { call } from '../cli/calling.ts';

test('what could not be used is said with its reason, and where the first of its kind stands', async () => {
  const bad =
    '{"name":"Disk","observedAt":"yesterday"}\n[{"name":"A"},{"labels":{}}]\n{"name":"Net","observedAt":"then"}\n';
  const { exitCode, stdout } = await call(['replay', 'bad.ndjson'], { files: { 'bad.ndjson': bad } });
  expect(exitCode).toBe(0);
  expect(stdout.split('\n').slice(-3)).toEqual([
    expect.stringMatching(/^2 record\.invalid-\w+, first in bad\.ndjson, record 1: .*yesterday.*; /),
    expect.stringMatching(/^1 record\.\S+, first in bad\.ndjson, record 2, alert 2: .*; /),
    '',
  ]);
});
