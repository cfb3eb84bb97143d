import { snapshotCodec } from '../../schemas/avro/index.ts';
import { topics } from '../../schemas/topics.ts';
import type { Broker } from '../broker/index.ts';
import { framedLength } from '../registry/index.ts';
import type { RowChange } from '../state/index.ts';
import type { SnapshotPlace } from './foothold.ts';

/** The whole state of a shard as of `offset`, the next one of its input. */
export interface Snapshot {
  readonly offset: number;
  readonly rows: readonly RowChange[];
}

/** Reads the snapshot of a shard; null when the log does not hold all of its pieces any more. */
export async function readSnapshot(
  broker: Broker,
  partition: number,
  { id, first, end }: SnapshotPlace,
): Promise<Snapshot | null> {
  const laid = new LaidPieces(id);
  const range = { topic: topics.snapshots.name, partition, from: first, to: end };
  await broker.read(range, (records) => {
    for (const { value } of records) if (value !== null) laid.add(value);
  });
  return laid.whole();
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

  add(value: Uint8Array): void {
    const { id, number, rows, offset } = snapshotCodec.decode(value, framedLength);
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
