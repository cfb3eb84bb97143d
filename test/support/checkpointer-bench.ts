import type { Foothold } from '../../pipeline/snapshot/index.ts';
import type { Checkpoint, RowChange, StateStore } from '../../pipeline/state/index.ts';
import { VirtualClock } from '../../pipeline/time/index.ts';
import { Checkpointer, type CheckpointTarget } from '../../pipeline/worker/checkpointer.ts';

/** A store that notes what is committed, and answers when it is told to. */
class Neighbours {
  readonly stored: Checkpoint[] = [];
  readonly stood: Foothold[] = [];
  readonly journal: string[] = [];
  answer: () => Promise<void> = async () => {};

  readonly state: Pick<StateStore, 'commit'> = {
    commit: async (_lease, checkpoint) => {
      this.stored.push(checkpoint);
      this.journal.push(`store ${checkpoint.offset}`);
      await this.answer();
      return `id${checkpoint.seq}`;
    },
  };
}

/** What every checkpoint here stands on. */
export const standing: Foothold = { from: 4, snapshot: { id: 's', first: 1, end: 3 }, at: 0 };

export const rowOf = (key: string): RowChange => ({ table: 'a.b', key, value: Buffer.from(key) });

export const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

/** A checkpointer's clock and neighbours, and a shard whose changed rows (`changes`) and other rows (`kept`) a test says. */
export function checkpointerBench(partition = 0) {
  const lease = { shard: { graph: 'relate', partition }, epoch: 5, nonce: 'n' };
  const clock = new VirtualClock(1_000);
  const neighbours = new Neighbours();
  const changes: RowChange[] = [];
  const kept: RowChange[] = [];
  const shard = {
    takeChanges: () => changes.splice(0),
    rows: () => kept.values(),
    get changed() {
      return changes.length;
    },
  };
  const open = (offset: number | null = null, over: Partial<CheckpointTarget> = {}) => {
    const { state, journal, stood } = neighbours;
    const mark = { seq: 7, from: 0, snapshot: '', mutedUntil: null, isClean: false, commitId: 'id7' };
    const target: CheckpointTarget = {
      // The one call it makes is all that it needs of the store.
      ...{ state: state as StateStore, clock, everyMs: 100, maxChanged: 3, mutedUntil: null },
      rowsAtOnce: 100,
      footholdAt: () => standing,
      onTaken: (taken, at) => journal.push(`take ${taken.length} at ${at}`),
      onStored: async (at, foothold) => {
        journal.push(`stored ${at}`);
        stood.push(foothold);
      },
      onWaiting: () => journal.push('waiting'),
      ...over,
    };
    return new Checkpointer(target, { lease, checkpoint: offset === null ? null : { ...mark, offset } });
  };
  const startIfDue = (checkpointer: Checkpointer, offset: number) => {
    if (checkpointer.isDue(shard, offset)) checkpointer.start(shard, offset);
  };
  return { clock, neighbours, changes, kept, shard, open, startIfDue };
}
