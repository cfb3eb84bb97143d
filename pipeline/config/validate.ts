import type { z } from 'zod';
import { redacted } from '../access/index.ts';
import { explain } from './explain-issue.ts';
import type { Finding } from './mistake.ts';
import type { ConfigNode, Path } from './node.ts';
import { findNode, toValue } from './node.ts';
import { settle } from './settle.ts';
import type { Span } from './source.ts';
import { spanOf } from './source.ts';
import { explainUnknownKey } from './unknown-key.ts';

export interface Checked<T> {
  /** null when there are findings. */
  readonly config: T | null;
  readonly findings: readonly Finding[];
}

/** Checks the tree against the schema; every issue becomes a finding at the place it speaks of. */
export function validate<S extends z.ZodType>(
  schema: S,
  root: ConfigNode,
  masks: readonly Span[],
): Checked<z.output<S>> {
  const first = schema.safeParse(toValue(root));
  if (first.success) return { config: first.data, findings: [] };
  const settled = settle(root, first.error.issues);
  const second = settled === root ? first : schema.safeParse(toValue(settled));
  if (second.success) return { config: second.data, findings: [] };
  const context = { schema, root: settled, masks };
  const findings = second.error.issues
    .filter(isNotConsequence)
    .flatMap((issue) => findingsOf(context, likeliest(issue), issue.path));
  return { config: null, findings };
}

/** A refinement may run on a value that was refused already; what it says then is noise. */
function isNotConsequence(
  issue: z.core.$ZodIssue,
  _index: number,
  all: readonly z.core.$ZodIssue[],
): boolean {
  const isSamePlace = (other: z.core.$ZodIssue) => other.path.join('\0') === issue.path.join('\0');
  return issue.code !== 'custom' || !all.some((other) => other.code !== 'custom' && isSamePlace(other));
}

interface Context {
  readonly schema: z.ZodType;
  readonly root: ConfigNode;
  readonly masks: readonly Span[];
}

/**
 * Of the branches of a union, the one the user probably meant: the one with the fewest issues that does not already
 * stumble over the kind of the value. Others stay what they are.
 */
function likeliest(issue: z.core.$ZodIssue): readonly z.core.$ZodIssue[] {
  if (issue.code !== 'invalid_union') return [issue];
  const meant = issue.errors
    .filter((branch) => branch.length > 0 && branch.every((inner) => !isKindIssue(inner)))
    .toSorted((a, b) => a.length - b.length)[0];
  return meant?.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] })) ?? [issue];
}

function isKindIssue(issue: z.core.$ZodIssue): boolean {
  return issue.path.length === 0 && (issue.code === 'invalid_type' || issue.code === 'invalid_value');
}

function findingsOf(
  context: Context,
  issues: readonly z.core.$ZodIssue[],
  outer: readonly PropertyKey[],
): Finding[] {
  return issues.flatMap((issue) => {
    const path = plainPath(issue.path.length >= outer.length ? issue.path : outer);
    if (issue.code === 'unrecognized_keys')
      return issue.keys.flatMap((key) => explainUnknownKey(context, path, key));
    const { node, isExact, keySpan } = findNode(context.root, path);
    if (node.kind === 'broken') return [];
    const { code, message } = explain({
      issue,
      path,
      found: isExact ? node : null,
      written: writtenText(node, context.masks),
    });
    const isAboutKey = issue.code === 'invalid_key' || !isExact || node.kind !== 'scalar' || node.isEmpty;
    return [{ code, message, span: isAboutKey ? (keySpan ?? firstLine(node)) : node.span }];
  });
}

/** A mapping or list without a key (an item, the whole file) is shown by its first line. */
function firstLine(node: ConfigNode): Span {
  if (node.kind === 'scalar') return node.span;
  const { source, start, end } = node.span;
  const lineEnd = source.text.indexOf('\n', start);
  return spanOf(source, start, lineEnd === -1 ? end : Math.min(end, lineEnd));
}

function plainPath(path: readonly PropertyKey[]): Path {
  return path.map((key) => (typeof key === 'symbol' ? String(key) : key));
}

/** As the file has it, references unresolved: what a variable holds is not shown. */
function writtenText(node: ConfigNode, masks: readonly Span[]): string {
  const { source, start, end } = node.span;
  const isMasked = masks.some(
    (mask) => mask.source === source && mask.start <= start && start < Math.max(mask.end, mask.start + 1),
  );
  if (isMasked) return redacted;
  if (node.kind === 'scalar' && node.reference !== undefined)
    return `the text of ${source.text.slice(start, end)}`;
  const isText = node.kind === 'scalar' && typeof node.value === 'string';
  const text = isText ? JSON.stringify(node.value) : source.text.slice(start, end);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
