import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Mode } from '../options.ts';

/** A change of the text of one file; `find` stands in it exactly once. */
export interface Patch {
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

/** A bug that the simulation has to find. */
export interface Plant {
  readonly name: string;
  /** What is wrong with it, and which counter-example of protocol.md it is. */
  readonly what: string;
  readonly mode: Mode;
  readonly patches: readonly Patch[];
}

const root = fileURLToPath(new URL('../../..', import.meta.url));
const copied = ['schemas', 'operators', 'pipeline', 'test/simulation', 'test/support'];

/** A copy of the source with the bug in it. Throws when a patch does not fit the source any more. */
export function plantInto({ name, patches }: Plant): string {
  const folder = mkdtempSync(join(tmpdir(), `tocsin-plant-${name}-`));
  for (const one of copied) cpSync(join(root, one), join(folder, one), { recursive: true });
  for (const file of ['package.json', 'tsconfig.json']) cpSync(join(root, file), join(folder, file));
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  for (const { file, find, replace } of patches) {
    const path = join(folder, file);
    writeFileSync(path, patched(readFileSync(path, 'utf8'), { name, file, find, replace }));
  }
  return folder;
}

/** Throws unless the plant fits the source as it is. */
export function assertFits({ name, patches }: Plant): void {
  for (const patch of patches) patched(readFileSync(join(root, patch.file), 'utf8'), { name, ...patch });
}

function patched(text: string, { name, file, find, replace }: Patch & { readonly name: string }): string {
  const [before, after, ...more] = text.split(find);
  if (before !== undefined && after !== undefined && more.length === 0) return `${before}${replace}${after}`;
  throw new Error(`plant ${name}: expected once in ${file}, mend it in test/simulation/plants: ${find}`);
}

export function uproot(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}
