import type { SnapshotPiece, SnapshotRow } from '../../schemas/snapshot.ts';
import type { SnapshotPlace } from './foothold.ts';

export interface OpenSnapshotEffects {
  readonly id: string;
  /** Resolves with the offset that the piece got. */
  send(piece: Omit<SnapshotPiece, 'id'>): Promise<number>;
  onFailure(error: unknown): void;
}

/** Most rows swept at once: about a millisecond between two batches. */
const rowsAtOnce = 2_000;
/** A record of this size passes any broker's limit. */
const bytesInPiece = 256 * 1_024;

/**
 * A snapshot under way. Pieces are numbered in the tick in which their rows are taken and sent one after another, so a
 * later one is always newer than an earlier one.
 */
export class OpenSnapshot {
  readonly #rows: Iterator<SnapshotRow>;
  readonly #effects: OpenSnapshotEffects;
  #isSwept = false;
  #number = 0;
  #sending = 0;
  #first: number | null = null;
  #end = 0;
  #tail: Promise<void> = Promise.resolve();
  #hasFailed = false;

  constructor(rows: Iterable<SnapshotRow>, effects: OpenSnapshotEffects) {
    this.#rows = rows[Symbol.iterator]();
    this.#effects = effects;
  }

  /** Every row was taken once. */
  get isSwept(): boolean {
    return this.#isSwept;
  }

  /** Takes some more rows as they are now; nothing while earlier ones are still on their way. */
  sweep(): void {
    if (this.#isSwept || this.#sending > 0 || this.#hasFailed) return;
    const taken: SnapshotRow[] = [];
    while (taken.length < rowsAtOnce && !this.#isSwept) {
      const { value, done } = this.#rows.next();
      if (done === true) this.#isSwept = true;
      else taken.push(value);
    }
    for (const rows of inPieces(taken)) this.#put(rows, null);
  }

  /** Takes all rows as they are now, as the last ones. */
  sweepAll(offset: number): void {
    const rows: SnapshotRow[] = [];
    for (let next = this.#rows.next(); next.done !== true; next = this.#rows.next()) rows.push(next.value);
    this.#isSwept = true;
    this.lay(rows, offset);
  }

  /** Lays newer rows over what was taken so far; with an offset these are the last. */
  lay(rows: readonly SnapshotRow[], offset: number | null): void {
    const pieces = inPieces(rows);
    for (const [at, piece] of pieces.entries()) this.#put(piece, at === pieces.length - 1 ? offset : null);
  }

  /** Where it lies, once everything is acknowledged; null when something was not. */
  async place(): Promise<SnapshotPlace | null> {
    await this.#tail;
    return this.#hasFailed || this.#first === null
      ? null
      : { id: this.#effects.id, first: this.#first, end: this.#end };
  }

  #put(rows: readonly SnapshotRow[], offset: number | null): void {
    const number = this.#number;
    this.#number += 1;
    this.#sending += 1;
    this.#tail = this.#tail.then(() => this.#send({ number, rows, offset }));
  }

  async #send(piece: Omit<SnapshotPiece, 'id'>): Promise<void> {
    try {
      if (this.#hasFailed) return;
      const offset = await this.#effects.send(piece);
      this.#first ??= offset;
      this.#end = offset + 1;
    } catch (error) {
      this.#hasFailed = true;
      this.#effects.onFailure(error);
    } finally {
      this.#sending -= 1;
    }
  }
}

/** At least one piece, so that a snapshot without rows has a last one too. */
function inPieces(rows: readonly SnapshotRow[]): SnapshotRow[][] {
  let piece: SnapshotRow[] = [];
  const pieces = [piece];
  let bytes = 0;
  for (const row of rows) {
    bytes += row.table.length + row.key.length + (row.value?.byteLength ?? 0);
    if (bytes > bytesInPiece && piece.length > 0) {
      piece = [];
      pieces.push(piece);
      bytes = 0;
    }
    piece.push(row);
  }
  return pieces;
}
