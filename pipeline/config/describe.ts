import { stringify } from 'yaml';
import { z } from 'zod';
import { escapeReferences } from './references.ts';
import type { Config } from './tree.ts';
import { ConfigTree, tableFiles } from './tree.ts';

/** The effective configuration as plain values: defaults filled in, secrets as `[redacted]`, rows of files left in their files. */
export function effectiveConfig(config: Config): unknown {
  return tableFiles.reduce<unknown>((shown, { at, rows }) => withoutRows(shown, at, rows), printable(config));
}

/** The same as YAML, which `loadConfig` reads again to the same effect (secrets excepted). */
export function describeConfig(config: Config): string {
  const shown = JSON.parse(JSON.stringify(effectiveConfig(config)), (_key, value: unknown) =>
    typeof value === 'string' ? escapeReferences(value) : value,
  );
  return stringify(shown, { lineWidth: 110, aliasDuplicateObjects: false });
}

/** JSON Schema (2020-12) of what a user may write. */
export function configJsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(ConfigTree, { io: 'input', unrepresentable: 'any' });
  return { ...schema, title: 'Tocsin configuration' };
}

/** Through JSON: a `Secret` prints itself redacted, compiled forms (functions) and absent values disappear. */
function printable(config: Config): unknown {
  return JSON.parse(JSON.stringify(config));
}

function withoutRows(value: unknown, at: readonly string[], rows: string): unknown {
  const [key, ...rest] = at;
  if (Array.isArray(value)) return value.map((item) => withoutRows(item, rest, rows));
  if (typeof value !== 'object' || value === null) return value;
  if (key === undefined) {
    const isFromFile = 'file' in value && typeof value.file === 'string';
    return isFromFile ? Object.fromEntries(Object.entries(value).filter(([name]) => name !== rows)) : value;
  }
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      name === key ? withoutRows(inner, rest, rows) : inner,
    ]),
  );
}
