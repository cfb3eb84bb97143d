import avro from 'avsc';
import { TocsinError } from '../errors.ts';
import type { Tap } from './tap.ts';
import type { WordList } from './words.ts';

interface Resolver {
  symbols: readonly string[] | null;
  _read: ((tap: Tap) => unknown) | null;
}

/** What avsc's enum does to a resolver; the typings leave it out. */
interface EnumInternals {
  _update(resolver: Resolver, writer: avro.Type, options: unknown): void;
}
const enumInternals = avro.types.EnumType.prototype as unknown as EnumInternals;

/** An enum whose values are our words: translated by index while reading and writing, not per record afterwards. */
export function wordType({ schema, wordOf }: WordList, options: object): avro.Type {
  const indexOf = new Map([...wordOf].map(([symbol, word]) => [word, schema.symbols.indexOf(symbol)]));
  const readerOf = (symbols: readonly string[]): ((tap: Tap) => string) => {
    const words = symbols.map((symbol) => wordOf.get(symbol));
    return (tap) => words[tap.readLong()] ?? refuse(schema.name);
  };
  const read = readerOf(schema.symbols);

  // avsc freezes a type in its constructor, so what it needs to know lives in this closure.
  class WordType extends avro.types.EnumType {
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

    /** avsc has put the writer's symbols into ours or our default, in the writer's order. */
    _update(resolver: Resolver, writer: avro.Type, how: unknown): void {
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
