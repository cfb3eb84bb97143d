import type { Node, YAMLError } from 'yaml';
import { isAlias, isMap, isScalar, isSeq, parseDocument } from 'yaml';
import type { Finding } from './mistake.ts';
import type { ConfigNode, Entry, ScalarNode } from './node.ts';
import type { Source, Span } from './source.ts';
import { positionOf, spanOf } from './source.ts';

/** Values that aliases may expand to in one file; far above any real config, far below a "billion laughs". */
const maxAliasedValues = 10_000;
const maxDepth = 64;
/** What makes the parser abort the process (it builds a regular expression per level) before our own limit can speak. */
const absurdNesting = /(?:[-?][ \t]+){65}|^[ \t]{500}|(?:[[{]\s*){65}/m;
const tooDeep = `nested more than ${maxDepth} levels deep`;

export interface Parsed {
  /** null when the file holds nothing but comments. */
  readonly root: ConfigNode | null;
  readonly findings: readonly Finding[];
  /** Whether the tree is worth checking further: repeated keys leave it whole, other slips do not. */
  readonly isWhole: boolean;
}

/** Parses one YAML 1.2 document (core schema) and keeps the place of every key and value. */
export function parseYaml(source: Source): Parsed {
  const absurd = absurdNesting.exec(source.text);
  if (absurd !== null) {
    const span = spanOf(source, absurd.index, absurd.index + 1);
    return { root: null, findings: [{ code: 'config.syntax', message: tooDeep, span }], isWhole: false };
  }
  const document = parseDocument(source.text, { prettyErrors: false, schema: 'core' });
  const findings = [...document.errors, ...document.warnings].map((error) => syntaxFinding(source, error));
  const reader = new Reader(source);
  const root = document.contents === null ? null : reader.read(document.contents, 0);
  const version = document.directives?.yaml.explicit === true ? document.directives.yaml.version : '1.2';
  if (version !== '1.2')
    reader.complain(spanOf(source, 0, 5), `YAML ${version} is not read; this is YAML 1.2`);
  const isWhole = document.errors.every((error) => error.code === 'DUPLICATE_KEY');
  return { root, findings: oneEachLine([...findings, ...reader.findings]), isWhole };
}

/** Turns yaml's nodes into ours; aliases are read again at each use, within a budget. */
class Reader {
  readonly findings: Finding[] = [];
  readonly #source: Source;
  readonly #anchors = new Map<string, Node>();
  /** Nodes that are being read: an alias to one of them would never end. */
  readonly #open = new Set<Node>();
  #aliasDepth = 0;
  #aliased = 0;

  constructor(source: Source) {
    this.#source = source;
  }

  complain(span: Span, message: string): ConfigNode {
    this.findings.push({ code: 'config.syntax', message, span });
    return { kind: 'broken', span };
  }

  read(node: Node, depth: number): ConfigNode {
    const span = this.#spanOf(node);
    if (isAlias(node)) return this.#readAlias(node.source, span, depth);
    if (node.anchor !== undefined) this.#anchors.set(node.anchor, node);
    if (this.#aliasDepth > 0) this.#aliased += 1;
    if (this.#aliased > maxAliasedValues) return { kind: 'broken', span };
    if (depth > maxDepth) return this.complain(span, tooDeep);
    this.#open.add(node);
    const read = this.#readValue(node, span, depth);
    this.#open.delete(node);
    return read;
  }

  #readValue(node: Node, span: Span, depth: number): ConfigNode {
    if (isScalar(node)) return this.#readScalar(node.value, node.source, span);
    if (isSeq(node)) {
      return {
        kind: 'list',
        span,
        items: node.items.map((item) => this.#readMaybe(item, span, depth + 1)),
      };
    }
    if (isMap(node)) {
      const entries = node.items.flatMap((pair) => this.#readEntry(pair, span, depth));
      // A repeated key was reported by the parser; the last one counts, so that its value is checked too.
      return {
        kind: 'map',
        span,
        entries: [...new Map(entries.map((entry) => [entry.key, entry])).values()],
      };
    }
    return this.complain(span, 'this kind of value is not read');
  }

  #readMaybe(value: unknown, parent: Span, depth: number): ConfigNode {
    if (isAlias(value) || isScalar(value) || isSeq(value) || isMap(value)) return this.read(value, depth);
    return { kind: 'scalar', span: parent, value: null, isEmpty: true };
  }

  #readEntry(pair: { key: unknown; value: unknown }, parent: Span, depth: number): Entry[] {
    const { key } = pair;
    if (!isScalar(key) || key.value === null) {
      const span = isScalar(key) || isSeq(key) || isMap(key) || isAlias(key) ? this.#spanOf(key) : parent;
      this.complain(span, 'a key must be a plain text');
      return [];
    }
    const keySpan = this.#spanOf(key);
    // `500: critical` and `on: true` mean the text that was written, whatever YAML would read.
    const name = typeof key.value === 'string' ? key.value : (key.source ?? String(key.value));
    if (name === '__proto__') {
      this.complain(keySpan, '`__proto__` cannot be a key');
      return [];
    }
    const afterKey = spanOf(this.#source, keySpan.end, keySpan.end);
    return [{ key: name, keySpan, node: this.#readMaybe(pair.value, afterKey, depth + 1) }];
  }

  #readScalar(value: unknown, written: string | undefined, span: Span): ConfigNode {
    const isPlain = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
    if (!isPlain && value !== null) return this.complain(span, 'this kind of value is not read');
    const scalar: ScalarNode = { kind: 'scalar', span, value, isEmpty: value === null && !written };
    return scalar;
  }

  #readAlias(name: string, span: Span, depth: number): ConfigNode {
    const target = this.#anchors.get(name);
    if (target === undefined) return this.complain(span, `no anchor \`&${name}\` stands before this alias`);
    if (this.#open.has(target)) return this.complain(span, `the alias \`*${name}\` contains itself`);
    if (this.#aliased > maxAliasedValues) return { kind: 'broken', span };
    this.#aliasDepth += 1;
    const read = this.read(target, depth);
    this.#aliasDepth -= 1;
    if (this.#aliasDepth === 0 && this.#aliased > maxAliasedValues) {
      return this.complain(span, 'the aliases expand to more than 10,000 values');
    }
    return read;
  }

  #spanOf(node: Node): Span {
    const [start, end] = node.range ?? [0, 0];
    return spanOf(this.#source, start, end);
  }
}

/** What to say instead of the parser's words, where they do not tell what to do. */
const plainWords: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: 'a tab cannot indent; use spaces',
  DUPLICATE_KEY: 'is set twice in the same mapping',
  MULTIPLE_DOCS: 'a second document begins here; the configuration is one document',
};

function syntaxFinding(source: Source, error: YAMLError): Finding {
  const [start, end] = error.pos;
  let message = plainWords[error.code] ?? error.message.replace(/^./, (letter) => letter.toLowerCase());
  // The parser catches its own stack overflow and says so in V8's words.
  if (message.includes('call stack')) message = tooDeep;
  if (error.code !== 'DUPLICATE_KEY')
    return { code: 'config.syntax', message, span: spanOf(source, start, end) };
  const key = keyText(source.text.slice(start));
  const span = spanOf(source, start, start + key.length);
  return { code: 'config.syntax', message: `\`${key}\` ${message}`, span };
}

function keyText(rest: string): string {
  return /^[^\s:]+/.exec(rest)?.[0] ?? '';
}

/** One slip makes the parser complain several times about the same line; the first says it best. */
function oneEachLine(findings: readonly Finding[]): Finding[] {
  const seen = new Set<number>();
  return findings.filter((finding) => {
    const { line } = positionOf(finding.span);
    return !seen.has(line) && seen.add(line);
  });
}
