import avro from 'avsc';
import { sortedKeys } from '../sorted-keys.ts';
import { blockItems, readLong, readText, skipBlocks, type Tap, writeLong, writeText } from './tap.ts';

/**
 * avsc's types, made safe for the bytes of strangers. As shipped (5.7.9), a forged item count of a map or array loops
 * for hours, a negative block size jumps back for ever, a label named `__proto__` vanishes and invalid UTF-8 is
 * replaced silently. These subclasses override the internal `_read`, `_skip` and `_write`, which avsc calls on types
 * and on resolvers alike; the version is pinned and test/schemas/avro/safe-types.test.ts holds each case.
 */
export class TextType extends avro.types.StringType {
  _read(tap: Tap): string {
    return readText(tap);
  }

  _write(tap: Tap, text: unknown): void {
    if (typeof text !== 'string') throw new Error(`${String(text)} is not a text`);
    writeText(tap, text);
  }
}

class WholeType extends avro.types.LongType {
  _read(tap: Tap): number {
    const value = readLong(tap);
    if (!Number.isSafeInteger(value)) throw new Error('potential precision loss');
    return value;
  }

  _write(tap: Tap, value: unknown): void {
    if (!Number.isSafeInteger(value)) throw new Error(`${String(value)} is not a whole number`);
    // It was just looked at.
    writeLong(tap, value as number);
  }
}

/** The type of a long, by its name or as a node; undefined for any other node. */
export function wholeType(schema: unknown): avro.Type | undefined {
  const isLong = schema === 'long' || (schema as { readonly type?: unknown } | null)?.type === 'long';
  return isLong ? new WholeType() : undefined;
}

interface Part {
  _read(tap: Tap): unknown;
  _skip(tap: Tap): void;
  _write(tap: Tap, value: unknown): void;
}

/** The type itself, or a resolver that carries the same field. */
interface MapParts {
  readonly valuesType: Part;
}

class TextMapType extends avro.types.MapType {
  _read(this: MapParts, tap: Tap): Record<string, unknown> {
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

  _skip(this: MapParts, tap: Tap): void {
    skipBlocks(tap, () => {
      readText(tap);
      this.valuesType._skip(tap);
    });
  }

  /** Avro gives maps no order; ours are sorted, so that equal maps have equal bytes. */
  _write(this: MapParts, tap: Tap, map: Readonly<Record<string, unknown>>): void {
    const keys = sortedKeys(map);
    if (keys.length > 0) {
      tap.writeLong(keys.length);
      for (const key of keys) {
        writeText(tap, key);
        this.valuesType._write(tap, map[key]);
      }
    }
    tap.writeLong(0);
  }
}

function define(map: Record<string, unknown>, key: string, value: unknown): void {
  Object.defineProperty(map, key, { value, enumerable: true, configurable: true, writable: true });
}

interface ListParts {
  readonly itemsType: Part;
}

class ListType extends avro.types.ArrayType {
  #writeItem: Write | null = null;

  /** Nearly all lists are one block, and get room for just that: a list that grows from none has room for 17. */
  _read(this: ListParts, tap: Tap): unknown[] {
    let items = blockItems(tap);
    if (items === 0) return [];
    const list = new Array<unknown>(items);
    for (let at = 0; at < items; at += 1) list[at] = this.itemsType._read(tap);
    for (items = blockItems(tap); items > 0; items = blockItems(tap)) {
      while (items-- > 0) list.push(this.itemsType._read(tap));
    }
    return list;
  }

  _skip(this: ListParts, tap: Tap): void {
    skipBlocks(tap, () => this.itemsType._skip(tap));
  }

  _write(tap: Tap, list: unknown): void {
    if (!Array.isArray(list)) throw new Error(`${String(list)} is not a list`);
    this.#writeItem ??= writerOf(this.itemsType);
    if (list.length > 0) {
      writeLong(tap, list.length);
      for (const item of list) this.#writeItem(tap, item);
    }
    writeLong(tap, 0);
  }
}

type Write = (tap: Tap, value: unknown) => void;

/**
 * What a type writes with, to be kept: where many types meet, each one's own has to be looked up for each value. Types
 * are complete only after whatever they are part of, so this is asked for at the first value.
 */
function writerOf(type: unknown): Write {
  // Every type of avsc has one; its typings leave it out.
  const part = type as Part;
  return part._write.bind(part);
}

/** `['null', X]`. avsc finds the branch by the kind of the value; here there is one question. */
class OptionalType extends avro.types.UnwrappedUnionType {
  #writePresent: Write | null = null;

  _write(tap: Tap, value: unknown): void {
    if (value === null) {
      writeLong(tap, 0);
      return;
    }
    this.#writePresent ??= writerOf(this.types[1]);
    writeLong(tap, 1);
    this.#writePresent(tap, value);
  }
}

/** The type of an optional field; undefined for any other node. */
export function optionalType(schema: unknown, options: object): avro.Type | undefined {
  if (!Array.isArray(schema) || schema.length !== 2 || schema[0] !== 'null') return undefined;
  return new OptionalType(schema as never, options);
}

/** The safe form of a schema node that needs one; avsc builds the rest. */
export function safeType(schema: unknown, options: object): avro.Type | undefined {
  if (schema === 'string') return new TextType();
  if (schema === 'long') return new WholeType();
  if (typeof schema !== 'object' || schema === null || avro.Type.isType(schema)) return undefined;
  if (Array.isArray(schema)) return optionalType(schema, options);
  const { type }: { readonly type?: unknown } = schema as { readonly type?: unknown };
  // avsc checks the node itself; its typings do not export the shapes of nodes.
  if (type === 'string') return new TextType();
  if (type === 'long') return new WholeType();
  if (type === 'map') return new TextMapType(schema as never, options);
  if (type === 'array') return new ListType(schema as never, options);
  return undefined;
}
