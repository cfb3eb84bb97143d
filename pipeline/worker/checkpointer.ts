import type { EventTimeMs } from '../../schemas/brand.ts';
import { TocsinError } from '../../schemas/errors.ts';
import type { Shard } from '../shard/index.ts';
import { encodePlace, type Foothold } from '../snapshot/index.ts';
import type { Checkpoint, Fenced, Lease, RowChange, StateStore } from '../state/index.ts';
import { type Clock, Retry } from '../time/index.ts';
import { allRows } from './all-rows.ts';

export interface CheckpointTarget {
  readonly state: StateStore;
  readonly clock: Clock;
  readonly everyMs: number;
  /** With so many changed rows a checkpoint is due; while one is under way, the shard must wait. */
  readonly maxChanged: number;
  /** So many rows, or a hundredth of all, are encoded in one go; batches go on before the next ones. */
  readonly rowsAtOnce: number;
  /** Outputs below are not sent again, or null (protocol.md RECOVER 3). */
  readonly mutedUntil: number | null;
  readonly footholdAt: (offset: number) => Foothold;
  /** These rows are what had changed as of the offset. */
  readonly onTaken: (changes: readonly RowChange[], offset: number) => void;
  /** They are stored, with what a rebuild of that state stands on; a rejection fails the checkpoint. */
  readonly onStored: (offset: number, foothold: Foothold) => Promise<void>;
  /** The store does not answer; the checkpoint is tried again. */
  readonly onWaiting: (detail: string) => void;
}

/** Between two portions: a batch takes several turns of the event loop, and none of them should find another portion. */
const pauseMs = 5;
/** Between portions of a checkpoint whole batches pass, so that many portions would take long where much is to be done. */
const mostPortions = 100;

/** The part of a shard that a checkpoint needs. */
export type Stored = Pick<Shard<{ readonly kind: string }>, 'takeChanges' | 'changed'> & {
  rows(): Iterable<RowChange>;
};

interface Start extends Pick<Checkpoint, 'offset' | 'isClean'> {
  readonly isTriedOnce?: boolean;
}

/** What one checkpoint stores: everything of it is as of one tick, when the changes are encoded notwithstanding. */
interface Taken {
  readonly isTriedOnce: boolean;
  readonly foothold: Foothold;
  readonly changes: Iterable<RowChange>;
  readonly rowsAtOnce: number;
  readonly checkpoint: Omit<Checkpoint, 'seq' | 'basedOn' | 'changes'>;
}

/**
 * Writes a shard's state behind (protocol.md CHECKPOINT): rows and offset are those of one tick, only after everything
 * below the offset is acknowledged, and checkpoint k+1 leaves only after the answer to k. Rows are encoded a few at a time,
 * so that batches need not wait for all of them. While the store does not answer, the same one is tried again. When one is
 * refused, the changes it took are gone from the shard's memory: nothing more is stored, and the shard must be acquired
 * again.
 */
export class Checkpointer {
  readonly #target: CheckpointTarget;
  readonly #lease: Lease;
  readonly #retry: Retry;
  #basedOn: string | null;
  #seq: number;
  #storedOffset: number;
  #lastAt: EventTimeMs;
  #inFlight: Promise<void> | null = null;
  #failure: Error | null = null;
  #refusal: string | null = null;
  /** Rows are to be had, and batches not to be let pass: somebody waits for the end of the checkpoint. */
  #isHurried = false;
  #isClosed = false;
  #isTaking = false;
  #endTurn: () => void = () => {};

  constructor(target: CheckpointTarget, { lease, checkpoint }: Fenced) {
    this.#target = target;
    this.#lease = lease;
    this.#basedOn = checkpoint?.commitId ?? null;
    this.#seq = checkpoint?.seq ?? 0;
    this.#storedOffset = checkpoint?.offset ?? -1;
    this.#lastAt = target.clock.now() - target.everyMs * phaseOf(lease.shard.partition);
    this.#retry = new Retry({
      ...{ clock: target.clock, minMs: 100, maxMs: 5_000, isPassing: isAway },
      onRetry: ({ attempt, error }) => {
        this.#refusal = error instanceof TocsinError ? error.detail : String(error);
        if (attempt === 1) target.onWaiting(String(error));
      },
    });
  }

  /** What an earlier checkpoint failed with: the shard's memory is worthless then. */
  get failure(): Error | null {
    return this.#failure;
  }

  /** Why the store does not take the checkpoint that is under way; null when nothing is known against it. */
  get refusal(): string | null {
    return this.#refusal;
  }

  /** Whether there is something new to store, it is time to, and nothing is under way. */
  isDue(shard: Stored, offset: number): boolean {
    const { clock, everyMs, maxChanged } = this.#target;
    if (this.#failure !== null || this.#inFlight !== null) return false;
    // A REDUCE shard forgets what is over while nothing comes; stored rows are to go with it.
    if (offset === this.#storedOffset && shard.changed === 0) return false;
    return clock.now() - this.#lastAt >= everyMs || shard.changed >= maxChanged;
  }

  /** Starts a checkpoint that is due; call it only when everything below `offset` is settled. */
  start(shard: Stored, offset: number): void {
    this.#start(shard, { offset, isClean: false });
  }

  /**
   * Takes the first checkpoint of a shard that was not stored, and waits for it. Tried once: until the shard is taken nobody
   * can let go of it, and its group would wait. Throws what it failed with.
   */
  async storeFirst(shard: Stored, offset: number): Promise<void> {
    this.#start(shard, { offset, isClean: false, isTriedOnce: true });
    await this.#inFlight;
    if (this.#failure !== null) throw this.#failure;
  }

  /** Whether rows of a checkpoint wait to be encoded. */
  get isTaking(): boolean {
    return this.#isTaking;
  }

  /** Whether a checkpoint is under way, tried again and again perhaps. */
  get isStoring(): boolean {
    return this.#inFlight !== null;
  }

  /** Whether the shard must not take more in: what waits to be stored is bounded. Resolve with `whenStored`. */
  isFull(shard: Stored): boolean {
    return this.#inFlight !== null && shard.changed >= this.#target.maxChanged;
  }

  /** Resolves when nothing is under way any more; never rejects. */
  async whenStored(): Promise<void> {
    this.#hurry();
    await this.#inFlight;
  }

  /**
   * Takes a last checkpoint and waits for it; part of an orderly release. Tried once, since the next owner can do without.
   * Throws what it, or an earlier one, failed with.
   */
  async finish(shard: Stored, offset: number): Promise<void> {
    this.#retry.end();
    this.#hurry();
    await this.#inFlight;
    if (this.#failure === null) this.#start(shard, { offset, isClean: true });
    await this.#inFlight;
    if (this.#failure !== null) throw this.#failure;
  }

  /** Gives up waiting for the store. */
  close(): void {
    this.#isClosed = true;
    this.#retry.end();
    this.#endTurn();
  }

  #start(shard: Stored, { offset, isClean, isTriedOnce = false }: Start): void {
    const { clock, mutedUntil, footholdAt } = this.#target;
    this.#lastAt = clock.now();
    const rowsAtOnce = Math.max(this.#target.rowsAtOnce, Math.ceil(shard.changed / mostPortions));
    const changes = this.#basedOn === null ? allRows(shard) : shard.takeChanges();
    const foothold = footholdAt(offset);
    const { from, snapshot } = foothold;
    const isMuted = mutedUntil !== null && offset < mutedUntil;
    const taken = { offset, isClean, from, snapshot: encodePlace(snapshot) };
    this.#isHurried = isClean || isTriedOnce;
    this.#inFlight = this.#write({
      ...{ isTriedOnce, foothold, changes, rowsAtOnce },
      checkpoint: { ...taken, mutedUntil: isMuted ? mutedUntil : null },
    })
      .catch((error: unknown) => {
        this.#failure = error instanceof Error ? error : new Error(String(error));
      })
      .finally(() => {
        this.#inFlight = null;
      });
  }

  /** Encodes the rows; between two portions of them batches go on. */
  async #encoded({
    changes,
    rowsAtOnce,
  }: Pick<Taken, 'changes' | 'rowsAtOnce'>): Promise<readonly RowChange[]> {
    const rows: RowChange[] = [];
    for (const change of changes) {
      if (rows.length % rowsAtOnce === 0 && rows.length > 0) await this.#turn();
      rows.push(change);
    }
    return rows;
  }

  async #turn(): Promise<void> {
    const { clock } = this.#target;
    if (this.#isHurried) return;
    await new Promise<void>((resolve) => {
      const cancel = clock.schedule(clock.now() + pauseMs, resolve);
      this.#endTurn = () => {
        cancel();
        resolve();
      };
    });
    if (this.#isClosed) throw new Error('the shard was let go of before its rows were encoded');
  }

  #hurry(): void {
    this.#isHurried = true;
    this.#endTurn();
  }

  async #write({ isTriedOnce, foothold, checkpoint: taken, ...given }: Taken): Promise<void> {
    const { state, onTaken, onStored } = this.#target;
    this.#isTaking = true;
    const rows = await this.#encoded(given);
    onTaken(rows, taken.offset);
    this.#isTaking = false;
    const checkpoint = { ...taken, changes: rows, seq: this.#seq + 1, basedOn: this.#basedOn };
    const commit = async (): Promise<void> => {
      // The same one each time: it may have been carried out, and the store knows it again by its number.
      this.#basedOn = await state.commit(this.#lease, checkpoint);
    };
    await (isTriedOnce ? commit() : this.#retry.run('checkpoint', commit));
    this.#refusal = null;
    this.#seq = checkpoint.seq;
    this.#storedOffset = taken.offset;
    await onStored(taken.offset, foothold);
  }
}

/** Shards that were taken together do not store together: consecutive ones lie far apart on the golden section. */
function phaseOf(partition: number): number {
  return (partition * 0.618) % 1;
}

function isAway(error: unknown): boolean {
  return error instanceof TocsinError && error.code === 'state.unavailable';
}
