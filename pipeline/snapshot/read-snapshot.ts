import type { SnapshotPiece } from '../../schemas/snapshot.ts';
import { topics } from '../../schemas/topics.ts';
import type { Broker, LogRecord } from '../broker/index.ts';
import type { OwnDecoder } from '../registry/index.ts';
import type { RowChange } from '../state/index.ts';
import type { SnapshotPlace } from './foothold.ts';

/** The whole state of a shard as of `offset`, the next one of its input. */
export interface Snapshot {
  readonly offset: number;
  readonly rows: readonly RowChange[];
}

/**
 * Reads the snapshot of a shard; null when the log does not hold all of its pieces any more. Rejects with
 * `broker.foreign-record`, and when the registry is asked for the schema of another version and does not answer.
 */
export async function readSnapshot(
  broker: Broker,
  decoder: OwnDecoder<SnapshotPiece>,
  { id, partition, first, end }: SnapshotPlace & { readonly partition: number },
): Promise<Snapshot | null> {
  const range = { topic: topics.snapshots.name, partition, from: first, to: end };
  for (;;) {
    const laid = new LaidPieces(id);
    const unknown: LogRecord[] = [];
    await broker.read(range, (records) => {
      for (const record of records) {
        if (record.value === null) continue;
        // Once one is unknown the rest is only looked at for others: all of it is read again.
        if (!decoder.isKnown(record)) unknown.push(record);
        else if (unknown.length === 0) laid.add(decoder.readAt(record, partition));
      }
    });
    if (unknown.length === 0) return laid.whole();
    await decoder.prefetch(unknown);
  }
}

/** Pieces of one snapshot, laid over each other. Pieces of others, of an owner before or after, may lie between them. */
class LaidPieces {
  readonly #id: string;
  readonly #rows = new Map<string, RowChange>();
  #next = 0;
  #offset: number | null = null;

  constructor(id: string) {
    this.#id = id;
  }

  add({ id, number, rows, offset }: SnapshotPiece): void {
    // A piece whose acknowledgement was lost is there twice; a missing one leaves the rest without use.
    if (id !== this.#id || number !== this.#next) return;
    this.#next += 1;
    this.#offset = offset;
    for (const row of rows) {
      const name = `${row.table}\0${row.key}`;
      if (row.value === null) this.#rows.delete(name);
      else this.#rows.set(name, row);
    }
  }

  whole(): Snapshot | null {
    return this.#offset === null ? null : { offset: this.#offset, rows: [...this.#rows.values()] };
  }
}
