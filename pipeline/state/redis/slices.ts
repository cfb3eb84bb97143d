import { TocsinError } from '../../../schemas/errors.ts';
import type { RowChange } from '../state.ts';
import { PackWriter, unpackStrings } from './message-pack.ts';

/** How much one script call carries: it blocks the server for a few milliseconds, and every other shard with it. */
export interface SliceLimit {
  readonly rows: number;
  readonly bytes: number;
}

/** Between table and key in a field of the rows hash; no table has it in its name. */
const separator = '\0';

/** Rows that are looked at in one go: a microsecond each. */
const rowsAtOnce = 500;

/**
 * Cuts the changes into slices, at least one, which may be applied in any order, since each row is there once. Pauses after
 * every `rowsAtOnce` rows: a large checkpoint is tens of milliseconds of work.
 */
export function* cutSlices(changes: readonly RowChange[], limit: SliceLimit): Generator<void, Slice[]> {
  let slice = new Slice();
  const slices = [slice];
  for (let number = 0; number < changes.length; number += 1) {
    if (number > 0 && number % rowsAtOnce === 0) yield;
    if (slice.rows >= limit.rows || slice.bytes >= limit.bytes) {
      slice = new Slice();
      slices.push(slice);
    }
    // The loop keeps within the list.
    slice.add(changes[number] as RowChange);
  }
  return slices;
}

const none = new Uint8Array();

/** Changes that one script call carries; packed late, so that a large delta is not in memory twice. */
export class Slice {
  readonly #kept: RowChange[] = [];
  readonly #deleted: RowChange[] = [];
  /** Where nothing but ASCII is in the keys. */
  bytes = 0;

  get rows(): number {
    return this.#kept.length + this.#deleted.length;
  }

  add(change: RowChange): void {
    const { table, key, value } = change;
    this.bytes += table.length + separator.length + key.length + (value?.byteLength ?? 0);
    if (value === null) this.#deleted.push(change);
    else this.#kept.push(change);
  }

  /** As apply-slice.lua reads it. */
  pack(): Buffer {
    const writer = new PackWriter(this.bytes + 6 * this.rows + 16);
    const prefixes = new Prefixes();
    writer.array(2);
    writer.array(2 * this.#kept.length);
    for (const { table, key, value } of this.#kept) {
      writer.joined(prefixes.of(table), key);
      writer.bytes(value ?? none);
    }
    writer.array(this.#deleted.length);
    for (const { table, key } of this.#deleted) writer.joined(prefixes.of(table), key);
    return writer.take();
  }
}

/** What stands before the keys of a table. Rows of one table stand together. */
class Prefixes {
  #table = '';
  #prefix = Buffer.from(separator);

  of(table: string): Buffer {
    if (table === this.#table) return this.#prefix;
    if (table.includes(separator))
      throw new TocsinError('invariant.broken', `table ${JSON.stringify(table)}`);
    this.#table = table;
    this.#prefix = Buffer.from(`${table}${separator}`);
    return this.#prefix;
  }
}

/** The rows in an answer of `scan`. Values are views of `packed`: one allocation for all of them. */
export function unpackRows(packed: Buffer): RowChange[] {
  const strings = unpackStrings(packed);
  const rows: RowChange[] = [];
  let table = '';
  for (let i = 0; i + 1 < strings.length; i += 2) {
    const field = strings[i] ?? Buffer.alloc(0);
    const end = field.indexOf(separator);
    if (!isName(table, field, end)) table = field.toString('latin1', 0, end);
    rows.push({ table, key: field.toString('utf8', end + 1), value: strings[i + 1] ?? null });
  }
  return rows;
}

/** Whether a field begins with the name of the field before; in REDUCE, which has the most rows, nearly all do. */
function isName(name: string, field: Buffer, end: number): boolean {
  if (name.length !== end) return false;
  for (let i = 0; i < end; i += 1) if (name.charCodeAt(i) !== field[i]) return false;
  return true;
}
