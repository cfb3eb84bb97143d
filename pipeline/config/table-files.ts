import { dirname, extname, isAbsolute, join } from 'node:path';
import type { Finding } from './mistake.ts';
import type { ConfigNode, MapNode } from './node.ts';
import { childOf, entryOf, mapScalars, replaceAt, toValue } from './node.ts';
import { parseCsv } from './parse-csv.ts';
import { parseYaml } from './parse-yaml.ts';
import type { Pattern } from './pattern.ts';
import { pathsIn } from './pattern.ts';
import type { Source } from './source.ts';

/** A mapping in the configuration that may say `file:`, and the key under which its operator takes what is in there. */
export interface TableFile {
  readonly at: Pattern;
  readonly rows: string;
}

/** The path of a file named in the configuration: relative to the configuration file, not to the working directory. */
export function beside(configPath: string | null, path: string): string {
  return configPath === null || isAbsolute(path) ? path : join(dirname(configPath), path);
}

/** Puts what the named files hold into the tree, each row with its own place, so that a bad row is told by file and line. */
export function loadTableFiles(
  root: ConfigNode,
  tables: readonly TableFile[],
  open: (path: string) => Source,
): { root: ConfigNode; findings: Finding[] } {
  const findings: Finding[] = [];
  let loaded = root;
  for (const { at, rows } of tables) {
    for (const path of pathsIn(root, at)) {
      loaded = replaceAt(loaded, path, (node) =>
        node.kind === 'map' ? withRows(node, { rows, open, findings }) : node,
      );
    }
  }
  return { root: loaded, findings };
}

interface Loading {
  readonly rows: string;
  readonly open: (path: string) => Source;
  readonly findings: Finding[];
}

function withRows(table: MapNode, { rows, open, findings }: Loading): MapNode {
  const file = entryOf(table, 'file');
  if (file?.node.kind !== 'scalar' || typeof file.node.value !== 'string') return table;
  const written = entryOf(table, rows);
  if (written !== undefined) {
    const message = `\`file\` and \`${rows}\` cannot both be given; the file holds the ${rows}`;
    findings.push({ code: 'config.invalid-value', message, span: written.keySpan });
    return table;
  }
  const node = readTable(file.node.value, { rows, open, findings }) ?? {
    kind: 'broken',
    span: file.node.span,
  };
  return { ...table, entries: [...table.entries, { key: rows, keySpan: file.node.span, node }] };

  function readTable(path: string, loading: Loading): ConfigNode | null {
    try {
      return parseTable(loading.open(path), loading);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      findings.push({ code: 'config.unreadable', message, span: file?.node.span ?? table.span });
      return null;
    }
  }
}

function parseTable(source: Source, { rows, findings }: Loading): ConfigNode | null {
  if (extname(source.name) === '.csv') {
    const { root, findings: bad } = parseCsv(source);
    findings.push(...bad);
    return root;
  }
  if (!/^\.ya?ml$/.test(extname(source.name))) {
    throw new Error(`${source.name} is neither .csv nor .yaml`);
  }
  const parsed = parseYaml(source);
  findings.push(...parsed.findings);
  if (parsed.root === null) return null;
  // Both `- {…}` at the top and the list under the key's own name are natural to write.
  return asTexts(childOf(parsed.root, rows) ?? parsed.root);
}

/** Cells are texts, so that `port: 8080` in YAML and in CSV mean the same. */
function asTexts(node: ConfigNode): ConfigNode {
  return mapScalars(node, (scalar) => {
    const value = toValue(scalar);
    if (typeof value !== 'number' && typeof value !== 'boolean') return scalar;
    return { ...scalar, value: scalar.span.source.text.slice(scalar.span.start, scalar.span.end) };
  });
}
