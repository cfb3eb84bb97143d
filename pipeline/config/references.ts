import type { ErrorCode } from '../../schemas/errors.ts';
import type { Finding } from './mistake.ts';
import type { ConfigNode, ScalarNode } from './node.ts';
import { mapScalars } from './node.ts';
import { suggest } from './suggest.ts';

export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The text of a file named in `${file:…}`; throws a `ReadError` with a message for people. */
  readonly readText: (path: string) => string;
}

/** `$${…}` (which stands for `${…}`), or `${kind:rest}`; `${1}` and the like are left alone. */
const reference = /\$\$\{|\$\{([A-Za-z_]+):([^}]*)(\}?)/g;
const wholeReference = /^\$\{[A-Za-z_]+:[^}]*\}$/;
const variable = /^([A-Za-z_][A-Za-z0-9_]*)(?::-([\s\S]*))?$/;

/**
 * Resolves the references of a parsed tree, in texts only: what a variable holds stays one text, whatever characters
 * are in it, and is not looked through again.
 */
export function resolveReferences(
  root: ConfigNode,
  surroundings: Surroundings,
): { root: ConfigNode; findings: Finding[] } {
  const findings: Finding[] = [];
  const resolved = mapScalars(root, (scalar) => resolveScalar(scalar, surroundings, findings));
  return { root: resolved, findings };
}

/** Writes a text so that `resolveReferences` gives it back. */
export function escapeReferences(text: string): string {
  // Of a run of dollars before a brace, resolving takes one away, unless it is a single one that begins no reference.
  return text.replaceAll(/\$(?=\{[A-Za-z_]+:)|(?<=\$)\$(?=\{)/g, (dollar) => `$${dollar}`);
}

function resolveScalar(scalar: ScalarNode, surroundings: Surroundings, findings: Finding[]): ConfigNode {
  const { value, span } = scalar;
  if (typeof value !== 'string' || !value.includes('${')) return scalar;
  const complaints: string[] = [];
  const text = value.replaceAll(reference, (whole, kind: string | undefined, rest: string, close: string) => {
    if (kind === undefined) return '${';
    const outcome = close === '' ? { complaint: '`${` is never closed' } : look(kind, rest, surroundings);
    if ('text' in outcome) return outcome.text;
    complaints.push(outcome.complaint);
    return whole;
  });
  const code: ErrorCode = 'config.unresolved-reference';
  for (const message of complaints) findings.push({ code, message, span });
  if (complaints.length > 0) return { kind: 'broken', span };
  return { ...scalar, value: text, reference: wholeReference.test(value) ? 'whole' : 'part' };
}

type Outcome = { readonly text: string } | { readonly complaint: string };

function look(kind: string, rest: string, { env, readText }: Surroundings): Outcome {
  if (kind === 'env') return lookInEnv(rest, env);
  if (kind === 'file') return lookInFile(rest, readText);
  const meant = suggest(kind, ['env', 'file']);
  const hint = meant === null ? 'write $${ if the text itself is meant' : `did you mean \`${meant}\`?`;
  return { complaint: `\`\${${kind}:…}\` is no kind of reference; ${hint}` };
}

/** As in a shell, `:-` also stands in for a variable that is set but empty. */
function lookInEnv(rest: string, env: Surroundings['env']): Outcome {
  const [, name, fallback] = variable.exec(rest) ?? [];
  if (name === undefined) return { complaint: `\`${rest}\` is not the name of an environment variable` };
  const value = env[name];
  if (value !== undefined && (value !== '' || fallback === undefined)) return { text: value };
  if (fallback !== undefined) return { text: fallback };
  return { complaint: `the environment variable \`${name}\` is not set` };
}

/** The line break that editors put at the end of a file is not part of a password. */
function lookInFile(path: string, readText: Surroundings['readText']): Outcome {
  try {
    return { text: readText(path).replace(/\r?\n$/, '') };
  } catch (error) {
    return { complaint: error instanceof Error ? error.message : String(error) };
  }
}
