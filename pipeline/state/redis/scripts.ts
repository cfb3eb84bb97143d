import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';

export interface Script {
  readonly name: string;
  readonly text: string;
  /** What EVALSHA calls it. */
  readonly sha: string;
}

const names = ['fence', 'stage', 'commit', 'settle', 'scan'] as const;
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
      return scriptOf(name, applying.includes(name) ? `${prelude}\n${body}` : body);
    }),
  );
  const [fence, stage, commit, settle, scan] = scripts as [Script, Script, Script, Script, Script];
  return { fence, stage, commit, settle, scan };
}

function read(name: string): Promise<string> {
  return readFile(new URL(`./${name}.lua`, import.meta.url), 'utf8');
}

function scriptOf(name: string, text: string): Script {
  return { name, text, sha: createHash('sha1').update(text).digest('hex') };
}
