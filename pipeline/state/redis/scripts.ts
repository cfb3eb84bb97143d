import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';

export interface Script {
  readonly name: string;
  readonly text: string;
  /** What EVALSHA calls it. */
  readonly sha: string;
}

const names = ['fence', 'stage', 'commit', 'settle', 'scan', 'discard', 'claim', 'claimed'] as const;
type ScriptName = (typeof names)[number];
export type Scripts = Readonly<Record<ScriptName, Script>>;

/** Which scripts write rows, and so begin with apply-slice.lua. */
const applying: readonly ScriptName[] = ['commit', 'settle'];

/** Reads the Lua files beside this one; each says what it does, takes and answers. */
export async function readScripts(): Promise<Scripts> {
  const prelude = await read('apply-slice');
  const scripts = await Promise.all(
    names.map(async (name) => {
      const body = await read(name);
      return [name, scriptOf(name, applying.includes(name) ? `${prelude}\n${body}` : body)];
    }),
  );
  // One entry per name of the list, which is the list of the type.
  return Object.fromEntries(scripts) as Scripts;
}

function read(name: string): Promise<string> {
  return readFile(new URL(`./${name}.lua`, import.meta.url), 'utf8');
}

function scriptOf(name: string, text: string): Script {
  return { name, text, sha: createHash('sha1').update(text).digest('hex') };
}
