import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { NormalizeConfig } from '../../../operators/normalize/index.ts';
import { formatChooser } from '../../../pipeline/replay/formats.ts';
import { Input } from '../../../pipeline/replay/input.ts';

/** A folder that is gone when the test is over. */
export function tempFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tocsin-replay-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** Opens contents as the files of a replay, in their order; their names are the keys. */
export function inputOf(
  files: Readonly<Record<string, string | Uint8Array>>,
  { format = 'auto', normalize = {} }: { readonly format?: string; readonly normalize?: object } = {},
): Input {
  const folder = tempFolder();
  const named = Object.entries(files).map(([name, content]) => {
    writeFileSync(join(folder, name), content);
    return { name, path: join(folder, name) };
  });
  return Input.open(named, formatChooser(format, NormalizeConfig.parse(normalize)));
}

/** Every record in the order of arrival, as `file#record at value`. */
export function arrivalsOf(input: Input): string[] {
  return Array.from({ length: input.length }, (_, index) => {
    const { at, value } = input.at(index);
    const { file, record } = input.placeOf(index);
    return `${file}#${record} ${at} ${Buffer.from(value ?? []).toString()}`;
  });
}
