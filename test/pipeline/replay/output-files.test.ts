import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { OutputFiles } from '../../../pipeline/replay/output-files.ts';

const folder = mkdtempSync(join(tmpdir(), 'tocsin-output-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('the folder of a replay', () => {
  test('is made with those above it', () => {
    const out = join(folder, 'a', 'b');
    OutputFiles.open(out, 1).close();
    expect(readdirSync(out)).toContain('decisions.v1.ndjson');
  });

  test.skipIf(!existsSync('/proc/self'))('is refused where none can be made, at once', () => {
    expect(() => OutputFiles.open('/proc/nope', 1)).toThrow(
      expect.objectContaining({ code: 'output.unwritable', detail: expect.stringContaining('/proc/nope') }),
    );
  });

  test('is refused where a file is in its place, or above it', () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    for (const out of [file, join(file, 'below')])
      expect(() => OutputFiles.open(out, 1)).toThrow(expect.objectContaining({ code: 'output.unwritable' }));
  });
});
