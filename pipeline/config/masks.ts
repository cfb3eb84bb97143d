import type { z } from 'zod';
import { isSecret, secretName } from '../access/index.ts';
import type { ConfigNode } from './node.ts';
import { findNode } from './node.ts';
import { pathsIn, patternsOf } from './pattern.ts';
import type { Source, Span } from './source.ts';
import { spanOf } from './source.ts';

/** The places that no frame may show: values that the schema calls secret, and values whose key sounds like one. */
export function masksOf(schema: z.core.$ZodType, root: ConfigNode): Span[] {
  const known = patternsOf(schema, isSecret).flatMap((pattern) => pathsIn(root, pattern));
  return [...known.map((path) => findNode(root, path).node.span), ...soundingSecret(root)];
}

function soundingSecret(node: ConfigNode): Span[] {
  if (node.kind === 'list') return node.items.flatMap(soundingSecret);
  if (node.kind !== 'map') return [];
  return node.entries.flatMap((entry) =>
    secretName.test(entry.key) ? [entry.node.span] : soundingSecret(entry.node),
  );
}

const secretLine =
  /(?:password|passwd|passphrase|secret|token|credentials?|(?:api|private|access)[-_]?key)["']?[ \t]*:[ \t]*(\S[^\n]*)/gi;

/** The same by text alone, for a file that could not be parsed: to the end of the line, rather too much than too little. */
export function masksInText(source: Source): Span[] {
  return [...source.text.matchAll(secretLine)].map((match) => {
    const value = match[1] ?? '';
    const start = match.index + match[0].length - value.length;
    return spanOf(source, start, start + value.length);
  });
}
