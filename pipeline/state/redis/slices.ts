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

/** Rows that are looked at in one go: a microsecond each, twice. */
const rowsAtOnce = 500;

/**
 * Cuts the changes into slices, at least one. A row that changes twice is there once, with the later value, so that slices
 * may be applied in any order. Pauses after every `rowsAtOnce` rows: a large checkpoint is tens of milliseconds of work.
 */
export function* cutSlices(changes: readonly RowChange[], limit: SliceLimit): Generator<void, Slice[]> {
  let slice = new Slice();
  const slices = [slice];
  const fields = yield* latest(changes);
  let looked = 0;
  for (const [field, value] of fields) {
    if (looked > 0 && looked % rowsAtOnce === 0) yield;
    looked += 1;
    if (slice.rows >= limit.rows || slice.bytes >= limit.bytes) {
      slice = new Slice();
      slices.push(slice);
    }
    slice.add(field, value);
  }
  return slices;
}

function* latest(changes: readonly RowChange[]): Generator<void, Map<string, Uint8Array | null>> {
  const fields = new Map<string, Uint8Array | null>();
  for (const [number, { table, key, value }] of changes.entries()) {
    if (number > 0 && number % rowsAtOnce === 0) yield;
    if (table.includes(separator))
      throw new TocsinError('invariant.broken', `table ${JSON.stringify(table)}`);
    fields.set(`${table}${separator}${key}`, value);
  }
  return fields;
}

/** Changes that one script call carries; packed late, so that a large delta is not in memory twice. */
export class Slice {
  readonly #kept: [field: string, value: Uint8Array][] = [];
  readonly #deleted: string[] = [];
  bytes = 0;

  get rows(): number {
    return this.#kept.length + this.#deleted.length;
  }

  add(field: string, value: Uint8Array | null): void {
    this.bytes += Buffer.byteLength(field) + (value?.byteLength ?? 0);
    if (value === null) this.#deleted.push(field);
    else this.#kept.push([field, value]);
  }

  /** As apply-slice.lua reads it. */
  pack(): Buffer {
    const writer = new PackWriter(this.bytes + 6 * this.rows + 16);
    writer.array(2);
    writer.array(2 * this.#kept.length);
    for (const [field, value] of this.#kept) {
      writer.text(field);
      writer.bytes(value);
    }
    writer.array(this.#deleted.length);
    for (const field of this.#deleted) writer.text(field);
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
