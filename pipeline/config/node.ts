import type { Span } from './source.ts';

/** A value of the configuration that still knows where it was written. */
export type ConfigNode = ScalarNode | MapNode | ListNode | BrokenNode;

export interface ScalarNode {
  readonly kind: 'scalar';
  readonly span: Span;
  readonly value: string | number | boolean | null;
  /** `key:` with nothing behind it, which is not the same as `key: null`. */
  readonly isEmpty: boolean;
  /** Set when the text came out of `${…}`: `whole` when nothing stood around the reference. */
  readonly reference?: 'whole' | 'part';
}

export interface MapNode {
  readonly kind: 'map';
  readonly span: Span;
  readonly entries: readonly Entry[];
}

export interface Entry {
  readonly key: string;
  readonly keySpan: Span;
  readonly node: ConfigNode;
}

export interface ListNode {
  readonly kind: 'list';
  readonly span: Span;
  readonly items: readonly ConfigNode[];
}

/** Stands where a mistake was already reported, so that it is not reported a second time as a missing value. */
export interface BrokenNode {
  readonly kind: 'broken';
  readonly span: Span;
}

export type Path = readonly (string | number)[];

/** The plain value, as zod reads it; a broken node is `undefined`. */
export function toValue(node: ConfigNode): unknown {
  switch (node.kind) {
    case 'scalar':
      return node.value;
    case 'list':
      return node.items.map(toValue);
    case 'map':
      return Object.fromEntries(node.entries.map((entry) => [entry.key, toValue(entry.node)]));
    case 'broken':
      return undefined;
  }
}

export function childOf(node: ConfigNode, key: string | number): ConfigNode | undefined {
  return node.kind === 'list' && typeof key === 'number' ? node.items[key] : entryOf(node, key)?.node;
}

export function entryOf(node: ConfigNode, key: string | number): Entry | undefined {
  return node.kind === 'map' ? node.entries.find((entry) => entry.key === String(key)) : undefined;
}

export interface Found {
  /** The node at the path, or the deepest one that exists on the way. */
  readonly node: ConfigNode;
  readonly isExact: boolean;
  /** Where the key of that node stands; items of a list have none. */
  readonly keySpan: Span | null;
}

export function findNode(root: ConfigNode, path: Path): Found {
  let found: Found = { node: root, isExact: true, keySpan: null };
  for (const key of path) {
    const node = childOf(found.node, key);
    if (node === undefined) return { ...found, isExact: false };
    found = { node, isExact: true, keySpan: entryOf(found.node, key)?.keySpan ?? null };
  }
  return found;
}

/** A copy with every scalar put through `change`; everything else keeps its place. */
export function mapScalars(node: ConfigNode, change: (scalar: ScalarNode) => ConfigNode): ConfigNode {
  switch (node.kind) {
    case 'scalar':
      return change(node);
    case 'list':
      return { ...node, items: node.items.map((item) => mapScalars(item, change)) };
    case 'map':
      return {
        ...node,
        entries: node.entries.map((entry) => ({ ...entry, node: mapScalars(entry.node, change) })),
      };
    case 'broken':
      return node;
  }
}

/** A copy in which the node at `path` is what `change` makes of it; the same tree when nothing is there. */
export function replaceAt(
  node: ConfigNode,
  path: Path,
  change: (node: ConfigNode) => ConfigNode,
): ConfigNode {
  const [key, ...rest] = path;
  if (key === undefined) return change(node);
  if (node.kind === 'list') {
    return {
      ...node,
      items: node.items.map((item, index) => (index === key ? replaceAt(item, rest, change) : item)),
    };
  }
  if (node.kind !== 'map') return node;
  const entries = node.entries.map((entry) =>
    entry.key === String(key) ? { ...entry, node: replaceAt(entry.node, rest, change) } : entry,
  );
  return { ...node, entries };
}

/** `dedupe.windowMs`, `suppress.silences[2].matchers`. */
export function pathText(path: Path): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === 'number') return `${text}[${key}]`;
    const name = /^[\w-]+$/.test(key) ? key : JSON.stringify(key);
    return text === '' ? name : `${text}.${name}`;
  }, '');
}
