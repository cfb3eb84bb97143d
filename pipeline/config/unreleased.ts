import type { Finding } from './mistake.ts';
import type { ConfigNode, Path } from './node.ts';
import { findNode, pathText } from './node.ts';

interface Later {
  readonly path: Path;
  readonly values: Readonly<Record<string, string>>;
  readonly now: string;
}

/** What the design has and this release has not. A line goes when its form arrives. */
const later: readonly Later[] = [
  { path: ['broker', 'kind'], values: { kafka: 'Kafka' }, now: 'embedded' },
  { path: ['state', 'kind'], values: { redis: 'Redis' }, now: 'memory' },
  {
    path: ['warehouse', 'engine'],
    values: { clickhouse: 'a ClickHouse server' },
    now: 'auto, chdb or memory',
  },
  {
    path: ['registry', 'kind'],
    values: { confluent: 'a Confluent-compatible registry' },
    now: 'embedded',
  },
];

export interface Unreleased {
  readonly findings: readonly Finding[];
  /** Sections whose other keys need not be checked: they belong to the form that does not exist yet. */
  readonly sections: readonly string[];
}

/** Says plainly what is not there yet, instead of calling it a wrong value. */
export function findUnreleased(root: ConfigNode): Unreleased {
  const found = later.flatMap(({ path, values, now }) => {
    const { node, isExact } = findNode(root, path);
    const value = isExact && node.kind === 'scalar' ? String(node.value) : '';
    if (!Object.hasOwn(values, value)) return [];
    const message = `\`${pathText(path)}: ${value}\`: ${values[value]} is not in this release; use ${now} until then`;
    return [
      { section: String(path[0]), finding: { code: 'config.not-in-this-release', message, span: node.span } },
    ] as const;
  });
  return { findings: found.map((each) => each.finding), sections: found.map((each) => each.section) };
}
