import { TocsinError } from '../../../schemas/errors.ts';
import type { RowChange } from '../state.ts';
import { PackWriter, unpackStrings } from './message-pack.ts';

/** How much one script call carries: it blocks the server for a few milliseconds, and every other shard with it. */
export interface SliceLimit {
  readonly rows: number;
  readonly bytes: number;
}

const textEncoder = new TextEncoder();
/** Between table and key in a field of the rows hash; no table has it in its name. */
const separator = '\0';

/**
 * The changes in slices, at least one. A row that changes twice is there once, with the later value, so that slices may
 * be applied in any order.
 */
export function cutSlices(changes: readonly RowChange[], limit: SliceLimit): Slice[] {
  let slice = new Slice();
  const slices = [slice];
  for (const [field, value] of latest(changes)) {
    if (slice.rows >= limit.rows || slice.bytes >= limit.bytes) {
      slice = new Slice();
      slices.push(slice);
    }
    slice.add(textEncoder.encode(field), value);
  }
  return slices;
}

function latest(changes: readonly RowChange[]): Map<string, Uint8Array | null> {
  const fields = new Map<string, Uint8Array | null>();
  for (const { table, key, value } of changes) {
    if (table.includes(separator))
      throw new TocsinError('invariant.broken', `table ${JSON.stringify(table)}`);
    fields.set(`${table}${separator}${key}`, value);
  }
  return fields;
}

/** Changes that one script call carries; packed late, so that a large delta is not in memory twice. */
export class Slice {
  readonly #kept: Uint8Array[] = [];
  readonly #deleted: Uint8Array[] = [];
  bytes = 0;

  get rows(): number {
    return this.#kept.length / 2 + this.#deleted.length;
  }

  add(field: Uint8Array, value: Uint8Array | null): void {
    this.bytes += field.byteLength + (value?.byteLength ?? 0);
    if (value === null) this.#deleted.push(field);
    else this.#kept.push(field, value);
  }

  /** As apply-slice.lua reads it. */
  pack(): Buffer {
    const writer = new PackWriter();
    writer.array(2);
    for (const list of [this.#kept, this.#deleted]) {
      writer.array(list.length);
      for (const bytes of list) writer.bytes(bytes);
    }
    return writer.take();
  }
}

/** The rows in an answer of `scan`. Values are views of `packed`: one allocation for all of them. */
export function unpackRows(packed: Buffer): RowChange[] {
  const strings = unpackStrings(packed);
  const rows: RowChange[] = [];
  for (let i = 0; i + 1 < strings.length; i += 2) {
    const field = strings[i]?.toString() ?? '';
    const end = field.indexOf(separator);
    rows.push({ table: field.slice(0, end), key: field.slice(end + 1), value: strings[i + 1] ?? null });
  }
  return rows;
}
