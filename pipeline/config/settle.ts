import type { z } from 'zod';
import type { ConfigNode, Path, ScalarNode } from './node.ts';
import { findNode, replaceAt } from './node.ts';

/**
 * Gives values the type that the schema asked for where the file could not say it: a whole `${env:PORT}` that should be
 * a number or true/false, and `key:` with nothing behind it that should be a mapping or a list. Returns the same tree
 * when there is nothing to do.
 */
export function settle(root: ConfigNode, issues: readonly z.core.$ZodIssue[]): ConfigNode {
  let settled = root;
  for (const { path, expected } of wishes(issues, [])) {
    const { node, isExact } = findNode(settled, path);
    if (!isExact || node.kind !== 'scalar') continue;
    const better = fitting(node, expected);
    if (better !== null) settled = replaceAt(settled, path, () => better);
  }
  return settled;
}

interface Wish {
  readonly path: Path;
  readonly expected: string;
}

function wishes(issues: readonly z.core.$ZodIssue[], outer: Path): Wish[] {
  return issues.flatMap((issue) => {
    const path = [...outer, ...issue.path.map((key) => (typeof key === 'symbol' ? String(key) : key))];
    if (issue.code === 'invalid_type') return [{ path, expected: issue.expected }];
    // A union whose branches include a text never asks, so a text stays a text there.
    if (issue.code === 'invalid_union') return issue.errors.flatMap((branch) => wishes(branch, path));
    return [];
  });
}

function fitting(scalar: ScalarNode, expected: string): ConfigNode | null {
  const { span } = scalar;
  if (scalar.isEmpty) {
    if (expected === 'array') return { kind: 'list', span, items: [] };
    return expected === 'object' || expected === 'record' ? { kind: 'map', span, entries: [] } : null;
  }
  if (scalar.reference !== 'whole' || typeof scalar.value !== 'string') return null;
  const value = coerced(scalar.value.trim(), expected);
  return value === null ? null : { ...scalar, value };
}

/** Only what YAML's core schema would read as that type; `Number('')` would be 0. */
function coerced(text: string, expected: string): number | boolean | null {
  if (expected === 'boolean' && /^(?:true|false)$/i.test(text)) return text.toLowerCase() === 'true';
  const isNumber = /^[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[-+]?\d+)?$/i.test(text);
  return (expected === 'number' || expected === 'int') && isNumber ? Number(text) : null;
}
