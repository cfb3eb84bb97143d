import type { z } from 'zod';
import type { Finding } from './mistake.ts';
import type { ConfigNode, Path } from './node.ts';
import { childOf, entryOf, findNode, pathText } from './node.ts';
import { type Kinds, keysAt, kindsAt } from './pattern.ts';
import { suggest } from './suggest.ts';

interface Checked {
  readonly schema: z.ZodType;
  readonly root: ConfigNode;
}

/** Says of a key that nobody knows where it is, and what was probably meant. */
export function explainUnknownKey({ schema, root }: Checked, path: Path, key: string): Finding[] {
  const { node } = findNode(root, path);
  const entry = entryOf(node, key);
  if (entry === undefined) return [];
  const kinds = kindsAt(schema, path);
  const where = path.length === 0 ? 'at the top level' : `in \`${pathText(path)}\``;
  const message =
    kinds === null
      ? `unknown key \`${key}\` ${where}${whatElse(key, keysAt(schema, path))}`
      : ofOneKind(key, where, { kinds, written: childOf(node, kinds.by) });
  return [{ code: 'config.unknown-key', message, span: entry.keySpan }];
}

interface Choice {
  readonly kinds: Kinds;
  /** What stands behind the key that chooses. */
  readonly written: ConfigNode | undefined;
}

/** A key that another kind has is no slip of the finger: the user forgot to say which kind is meant. */
function ofOneKind(key: string, where: string, { kinds: { by, keys }, written }: Choice): string {
  const [byDefault = ''] = keys.keys();
  const chosen = written?.kind === 'scalar' ? String(written.value) : byDefault;
  const here = `\`${by}: ${chosen}\`${written === undefined ? ', which is meant where nothing is said' : ''}`;
  const own = keys.get(chosen) ?? [];
  const unknown = `unknown key \`${key}\` ${where} with ${here}`;
  if (suggest(key, own) !== null) return `${unknown}${whatElse(key, own)}`;
  const others = [...keys].filter(([, known]) => suggest(key, known) !== null);
  const meant = suggest(key, others[0]?.[1] ?? []);
  if (meant === null) return `${unknown}${whatElse(key, own)}`;
  const homes = others.map(([name]) => `\`${by}: ${name}\``).join(' or ');
  return meant === key
    ? `\`${key}\` ${where} belongs to ${homes}, not to ${here}`
    : `${unknown}; did you mean \`${meant}\` of ${homes}?`;
}

function whatElse(key: string, known: readonly string[]): string {
  if (known.length === 0) return '';
  const meant = suggest(key, known);
  return meant === null ? `; it knows ${listed(known)}` : `; did you mean \`${meant}\`?`;
}

function listed(keys: readonly string[]): string {
  return keys
    .toSorted()
    .map((key) => `\`${key}\``)
    .join(', ');
}
