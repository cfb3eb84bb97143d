import { basename } from 'node:path';
import type { z } from 'zod';
import type { ConfigNode } from './node.ts';
import { entryOf, findNode, replaceAt } from './node.ts';
import { pathsIn, patternsOf, shapeOf } from './pattern.ts';
import type { Span } from './source.ts';
import { positionOf } from './source.ts';

/**
 * Tells each rule where it was written: every mapping whose schema knows `location` gets `location: 'tocsin.yaml:12'`,
 * unless it states its own (a generated file may name the source it was made from). The file is named without its
 * folder, so that outputs do not depend on where the configuration is mounted.
 */
export function stampLocations(root: ConfigNode, schema: z.core.$ZodType): ConfigNode {
  const patterns = patternsOf(schema, (each) => 'location' in shapeOf(each));
  let stamped = root;
  for (const path of patterns.flatMap((pattern) => pathsIn(root, pattern))) {
    const { keySpan } = findNode(root, path);
    stamped = replaceAt(stamped, path, (rule) => stamp(rule, keySpan ?? rule.span));
  }
  return stamped;
}

function stamp(rule: ConfigNode, span: Span): ConfigNode {
  if (rule.kind !== 'map' || entryOf(rule, 'location') !== undefined) return rule;
  const value = `${basename(span.source.name)}:${positionOf(span).line}`;
  const entry = {
    key: 'location',
    keySpan: span,
    node: { kind: 'scalar', span, value, isEmpty: false },
  } as const;
  return { ...rule, entries: [...rule.entries, entry] };
}
