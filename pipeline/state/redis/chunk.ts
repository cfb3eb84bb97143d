import type { RowChange } from '../state.ts';
import { unpackRows } from './slices.ts';

/** Some rows of a shard, as `scan` answers. */
export interface Chunk {
  readonly cursor: string;
  readonly rows: readonly RowChange[];
  /** Which server process answered. */
  readonly run: string;
  /** Rows that the shard has. */
  readonly stored: number;
}

export function chunkOf([cursor, rows, run, stored]: readonly Buffer[]): Chunk {
  return {
    cursor: String(cursor),
    rows: unpackRows(rows ?? Buffer.of(0x90)),
    run: String(run),
    stored: Number(stored),
  };
}
