import { basename } from 'node:path';
import type { z } from 'zod';
import type { ConfigNode } from './node.ts';
import { entryOf, replaceAt } from './node.ts';
import { pathsIn, patternsOf, shapeOf } from './pattern.ts';
import { positionOf } from './source.ts';

/**
 * Tells each rule where it was written: every mapping inside a list or record whose schema knows `location` gets
 * `location: 'tocsin.yaml:12'`, unless it states its own (a generated file may name the source it was made from). The file is
 * named without its folder, so that outputs do not depend on where the configuration is mounted.
 */
export function stampLocations(root: ConfigNode, schema: z.core.$ZodType): ConfigNode {
  const patterns = patternsOf(schema, (each) => 'location' in shapeOf(each)).filter(
    (pattern) => pattern.at(-1) === '*',
  );
  let stamped = root;
  for (const path of patterns.flatMap((pattern) => pathsIn(root, pattern))) {
    stamped = replaceAt(stamped, path, stamp);
  }
  return stamped;
}

function stamp(rule: ConfigNode): ConfigNode {
  if (rule.kind !== 'map' || entryOf(rule, 'location') !== undefined) return rule;
  const { span } = rule;
  const value = `${basename(span.source.name)}:${positionOf(span).line}`;
  const entry = {
    key: 'location',
    keySpan: span,
    node: { kind: 'scalar', span, value, isEmpty: false },
  } as const;
  return { ...rule, entries: [...rule.entries, entry] };
}
