import type { Kinded } from '../../operators/operator.ts';
import type { Shard } from '../../pipeline/shard/index.ts';
import type { RowChange } from '../../pipeline/state/index.ts';
import { cpuUs } from '../harness/cpu.ts';

/** As pipeline/worker/checkpointer.ts and shard-keeper.ts have them. */
const rowsAtOnce = 50;
const mostPortions = 100;

type Stored = Pick<Shard<Kinded>, 'takeChanges' | 'changed'>;

/** Checkpoints as a worker takes them: every so many records, and of the rows a portion at a time, between two batches. */
export class Portions {
  readonly #shard: Stored;
  readonly #recordsPerCheckpoint: number;
  #sinceLast = 0;
  #waiting: Iterator<RowChange> | null = null;
  #atOnce = rowsAtOnce;
  #taken = 0;
  /** Whole checkpoints, and what they came to. */
  checkpoints = 0;
  rows = 0;
  /** µs of CPU for taking and encoding them. */
  us = 0;

  constructor(shard: Stored, recordsPerCheckpoint: number) {
    this.#shard = shard;
    this.#recordsPerCheckpoint = recordsPerCheckpoint;
  }

  /** After a batch: the next portion, or the beginning of the checkpoint that has come due. */
  afterBatch(records: number): void {
    this.#sinceLast += records;
    const startedAt = cpuUs();
    if (this.#waiting === null && this.#sinceLast >= this.#recordsPerCheckpoint) this.#begin();
    if (this.#waiting !== null) this.#takeFrom(this.#waiting);
    this.us += cpuUs() - startedAt;
  }

  #begin(): void {
    this.#sinceLast = 0;
    this.#taken = 0;
    this.#atOnce = Math.max(rowsAtOnce, Math.ceil(this.#shard.changed / mostPortions));
    this.#waiting = this.#shard.takeChanges()[Symbol.iterator]();
  }

  #takeFrom(waiting: Iterator<RowChange>): void {
    for (let left = this.#atOnce; left > 0; left -= 1) {
      if (waiting.next().done === true) {
        this.#waiting = null;
        this.checkpoints += 1;
        this.rows += this.#taken;
        return;
      }
      this.#taken += 1;
    }
  }
}
