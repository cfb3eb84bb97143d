import { isUtf8 } from 'node:buffer';
import { Type, types } from 'avsc';
import { TocsinError } from '../errors.ts';
import type { RecordSchema } from './notation.ts';
import { type WordList, wordListOf } from './words.ts';

/**
 * avsc's types, made safe for bytes of strangers and exact for our words. As shipped (5.7.9), a forged item count of a
 * map or array loops for hours, a negative block size jumps back for ever, a label named `__proto__` vanishes and
 * invalid UTF-8 is replaced silently. These subclasses override the internal `_read`, `_skip` and `_write`, which
 * avsc calls on types and resolvers alike; the version is pinned and test/schemas/avro holds each case.
 */
interface Tap {
  pos: number;
  readonly buf: Buffer;
  readLong(): number;
  readString(): string | undefined;
  writeLong(value: number): void;
  writeString(value: string): void;
}

interface Part {
  _read(tap: Tap): unknown;
  _skip(tap: Tap): void;
  _write(tap: Tap, value: unknown): void;
}

const truncated = (what: string): TocsinError => new TocsinError('record.avro-truncated', what);

/** Items in the next block. Each item we know of takes at least one byte, so more items than bytes is a lie. */
function blockItems(tap: Tap): number {
  let items = tap.readLong();
  if (items < 0) {
    items = -items;
    tap.readLong(); // The size in bytes, for readers who skip.
  }
  if (items > tap.buf.length - tap.pos) throw truncated(`${items} items announced where the value ends`);
  return items;
}

function skipBlocks(tap: Tap, skipItem: () => void): void {
  for (let items = tap.readLong(); items !== 0; items = tap.readLong()) {
    const left = tap.buf.length - tap.pos;
    if (items > left) throw truncated(`${items} items announced where the value ends`);
    if (items > 0) for (let i = 0; i < items; i++) skipItem();
    else {
      const bytes = tap.readLong();
      if (bytes < 0 || bytes > left) throw truncated(`a block of ${bytes} bytes`);
      tap.pos += bytes;
    }
  }
}

function readText(tap: Tap): string {
  const start = tap.pos;
  const text = tap.readString();
  if (text === undefined || tap.pos > tap.buf.length) throw truncated('a text reaches past the end');
  // V8 answers this at once for text without characters above U+00FF.
  if (text.includes('\uFFFD')) assertUtf8(tap, start);
  return text;
}

function assertUtf8(tap: Tap, start: number): void {
  let first = start;
  while (((tap.buf[first++] ?? 0) & 0x80) !== 0) {
    // Skips the length in front of the text.
  }
  if (!isUtf8(tap.buf.subarray(first, tap.pos))) {
    throw new TocsinError('record.invalid-utf8', 'in an Avro string');
  }
}

class TextType extends types.StringType {
  _read(tap: Tap): string {
    return readText(tap);
  }
}

class TextMapType extends types.MapType {
  // `this` is the type, or a resolver that carries `valuesType`.
  _read(this: { readonly valuesType: Part }, tap: Tap): Record<string, unknown> {
    const map: Record<string, unknown> = {};
    for (let items = blockItems(tap); items > 0; items = blockItems(tap)) {
      while (items-- > 0) {
        const key = readText(tap);
        const value = this.valuesType._read(tap);
        if (key === '__proto__') define(map, key, value);
        else map[key] = value;
      }
    }
    return map;
  }

  _skip(this: { readonly valuesType: Part }, tap: Tap): void {
    skipBlocks(tap, () => {
      readText(tap);
      this.valuesType._skip(tap);
    });
  }

  /** Avro gives maps no order; we write keys sorted, so that equal maps have equal bytes. */
  _write(this: { readonly valuesType: Part }, tap: Tap, map: Readonly<Record<string, unknown>>): void {
    const keys = sortedKeys(map);
    if (keys.length > 0) {
      tap.writeLong(keys.length);
      for (const key of keys) {
        tap.writeString(key);
        this.valuesType._write(tap, map[key]);
      }
    }
    tap.writeLong(0);
  }
}

class ListType extends types.ArrayType {
  _read(this: { readonly itemsType: Part }, tap: Tap): unknown[] {
    const list: unknown[] = [];
    for (let items = blockItems(tap); items > 0; items = blockItems(tap)) {
      while (items-- > 0) list.push(this.itemsType._read(tap));
    }
    return list;
  }

  _skip(this: { readonly itemsType: Part }, tap: Tap): void {
    skipBlocks(tap, () => this.itemsType._skip(tap));
  }
}

function define(map: Record<string, unknown>, key: string, value: unknown): void {
  Object.defineProperty(map, key, { value, enumerable: true, configurable: true, writable: true });
}

/** Most maps come sorted already: a look costs a fifth of a sort. */
export function sortedKeys(map: Readonly<Record<string, unknown>>): readonly string[] {
  const keys = Object.keys(map);
  for (let i = 1; i < keys.length; i++) {
    if ((keys[i - 1] ?? '') > (keys[i] ?? '')) return keys.sort();
  }
  return keys;
}

interface Resolver {
  symbols: readonly string[] | null;
  _read: ((tap: Tap) => unknown) | null;
}

/** What avsc's enum does to a resolver; the typings leave it out. */
interface EnumInternals {
  _update(resolver: Resolver, writer: Type, options: unknown): void;
}
const enumInternals = types.EnumType.prototype as unknown as EnumInternals;

/** An enum whose values are our words: translated by index while reading and writing, not per record afterwards. */
function wordType({ schema, wordOf }: WordList, options: object): Type {
  const indexOf = new Map([...wordOf].map(([symbol, word]) => [word, schema.symbols.indexOf(symbol)]));
  const readerOf = (symbols: readonly string[]): ((tap: Tap) => string) => {
    const words = symbols.map((symbol) => wordOf.get(symbol));
    return (tap) => words[tap.readLong()] ?? refuse(schema.name);
  };
  const read = readerOf(schema.symbols);

  // avsc freezes a type in its constructor, so what it needs to know lives in this closure.
  class WordType extends types.EnumType {
    _read(tap: Tap): string {
      return read(tap);
    }

    _write(tap: Tap, word: string): void {
      const index = indexOf.get(word);
      if (index === undefined) throw new Error(`no ${schema.name} is called ${JSON.stringify(word)}`);
      tap.writeLong(index);
    }

    _check(word: string, _flags: unknown, hook?: (value: unknown, type: unknown) => void): boolean {
      const isKnown = indexOf.has(word);
      if (!isKnown && hook !== undefined) hook(word, this);
      return isKnown;
    }

    /** Defaults stand in schemas as symbols (coerce 2) and are handed out as words. */
    _copy(value: string, how?: { readonly coerce?: number }): string {
      if (how?.coerce !== 2) return value;
      return wordOf.get(value) ?? refuse(schema.name);
    }

    _update(resolver: Resolver, writer: Type, how: unknown): void {
      enumInternals._update.call(this, resolver, writer, how);
      if (resolver._read !== null && resolver.symbols !== null) resolver._read = readerOf(resolver.symbols);
    }
  }
  // avsc only reads the schema; its typings want mutable arrays.
  return new WordType(schema as never, options);
}

function refuse(name: string): never {
  throw new TocsinError('record.invalid-field', `${name} is unknown`);
}

interface SchemaNode {
  readonly type?: unknown;
  readonly name?: string;
}

/** The safe form of any schema node that has one; avsc builds the rest. */
function safeType(schema: unknown, options: object): Type | undefined {
  if (schema === 'string') return new TextType();
  if (typeof schema !== 'object' || schema === null || Type.isType(schema)) return undefined;
  const node: SchemaNode = schema;
  if (node.type === 'string') return new TextType();
  // The schema is one of avsc's node shapes, which its typings do not export.
  if (node.type === 'map') return new TextMapType(schema as never, options);
  if (node.type === 'array') return new ListType(schema as never, options);
  return undefined;
}

/** avsc type of one of our schemas: enums are our words. */
export function ownType(schema: RecordSchema): Type {
  return build(schema, (node, options) => {
    const { type, name }: SchemaNode = typeof node === 'object' && node !== null ? node : {};
    const list = type === 'enum' && name !== undefined ? wordListOf.get(name) : undefined;
    return list === undefined ? safeType(node, options) : wordType(list, options);
  });
}

/**
 * avsc type of a schema that somebody else registered.
 *
 * @throws Error when it is not an Avro schema
 */
export function foreignType(schema: unknown): Type {
  return build(schema, safeType);
}

function build(schema: unknown, typeHook: (schema: unknown, options: object) => Type | undefined): Type {
  // avsc parses and checks the schema itself; its typings want mutable node shapes.
  return Type.forSchema(schema as never, { typeHook, omitRecordMethods: true });
}
