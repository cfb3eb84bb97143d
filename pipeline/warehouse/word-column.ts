import type { WordList } from '../../schemas/avro/words.ts';
import type { Ends } from './block-column.ts';
import { NumberColumn } from './number-columns.ts';
import { NotReadable, type RecordCursor } from './record-cursor.ts';
import { TextColumn, textCell } from './text-column.ts';

/** Where the words of a block stand before the cells, and these are their indexes. */
const keysVersion = 1;
/** Indexes of one byte, and words that are the block's own. */
const byteIndexes = 0x0600;
/** Version, form and number of words. */
const headBytes = 3 * 8;
/** Behind the words: number of cells. */
const countBytes = 8;
const mostWords = 0xff;
const absent = 0;

/**
 * A column of words that are known before it is filled: a cell is one byte. Laid out as ClickHouse's
 * `SerializationLowCardinality` does it.
 */
export class WordColumn extends NumberColumn<Uint8Array> {
  readonly type = 'LowCardinality(String)';
  readonly #head: Buffer;
  /** By symbol of the list; `absent` for one that is no word. */
  readonly #indexes: readonly number[];

  constructor(ends: Ends, { schema, wordOf }: WordList) {
    super(ends, Uint8Array);
    const words = schema.symbols.flatMap((symbol) => wordOf.get(symbol) ?? []);
    if (words.length > mostWords) throw new RangeError(`${schema.name} has ${words.length} words`);
    this.#head = headOf(['', ...words]);
    this.#indexes = schema.symbols.map((symbol) => words.indexOf(wordOf.get(symbol) ?? '') + 1);
  }

  read(from: RecordCursor): void {
    const index = this.#indexes[from.readLong()] ?? absent;
    if (index === absent) throw new NotReadable();
    this.put(index);
  }

  addAbsent(): void {
    this.put(absent);
  }

  override get bytes(): number {
    return this.#head.length + countBytes + this.cellBytes;
  }

  override copyTo(to: Buffer, at: number): number {
    let end = at + this.#head.copy(to, at);
    end = to.writeUInt32LE(this.cellBytes, end);
    end = to.writeUInt32LE(0, end);
    return super.copyTo(to, end);
  }
}

/** A column of the same words as texts, for lists. */
export class SpelledColumn extends TextColumn {
  readonly #cells: readonly (Buffer | null)[];

  constructor(ends: Ends, { schema, wordOf }: WordList) {
    super(ends);
    this.#cells = schema.symbols.map((symbol) => {
      const word = wordOf.get(symbol);
      return word === undefined ? null : textCell(word);
    });
  }

  override read(from: RecordCursor): void {
    const cell = this.#cells[from.readLong()] ?? null;
    if (cell === null) throw new NotReadable();
    this.add(cell);
  }
}

function headOf(words: readonly string[]): Buffer {
  const head = Buffer.alloc(headBytes);
  head.writeUInt32LE(keysVersion, 0);
  head.writeUInt32LE(byteIndexes, 8);
  head.writeUInt32LE(words.length, 16);
  return Buffer.concat([head, ...words.map(textCell)]);
}
