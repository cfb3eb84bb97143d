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
  let named = '';
  let prefix = separator;
  for (let number = 0; number < changes.length; number += 1) {
    if (number > 0 && number % rowsAtOnce === 0) yield;
    // The loop keeps within the list.
    const { table, key, value } = changes[number] as RowChange;
    if (table !== named) {
      named = table;
      prefix = prefixOf(table);
    }
    if (slice.rows >= limit.rows || slice.bytes >= limit.bytes) {
      slice = new Slice();
      slices.push(slice);
    }
    slice.add({ prefix, key, value });
  }
  return slices;
}

function prefixOf(table: string): string {
  if (table.includes(separator)) throw new TocsinError('invariant.broken', `table ${JSON.stringify(table)}`);
  return `${table}${separator}`;
}

interface Field {
  /** Its table and the separator. */
  readonly prefix: string;
  readonly key: string;
  readonly value: Uint8Array | null;
}

const none = new Uint8Array();

/** Changes that one script call carries; packed late, so that a large delta is not in memory twice. */
export class Slice {
  readonly #kept: Field[] = [];
  readonly #deleted: Field[] = [];
  bytes = 0;

  get rows(): number {
    return this.#kept.length + this.#deleted.length;
  }

  add(field: Field): void {
    const { prefix, key, value } = field;
    this.bytes += Buffer.byteLength(prefix) + Buffer.byteLength(key) + (value?.byteLength ?? 0);
    if (value === null) this.#deleted.push(field);
    else this.#kept.push(field);
  }

  /** As apply-slice.lua reads it. */
  pack(): Buffer {
    const writer = new PackWriter(this.bytes + 6 * this.rows + 16);
    writer.array(2);
    writer.array(2 * this.#kept.length);
    for (const { prefix, key, value } of this.#kept) {
      writer.joined(prefix, key);
      writer.bytes(value ?? none);
    }
    writer.array(this.#deleted.length);
    for (const { prefix, key } of this.#deleted) writer.joined(prefix, key);
    return writer.take();
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
