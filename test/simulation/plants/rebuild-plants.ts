import type { Plant } from './plant.ts';

const mode = 'effectively-once';

/** What a lost state is rebuilt from. */
export const rebuildPlants: readonly Plant[] = [
  {
    name: 'delta-is-state',
    what: 'the first checkpoint after a rebuild holds only what changed since the snapshot',
    mode,
    patches: [
      {
        file: 'pipeline/worker/checkpointer.ts',
        find: 'this.#basedOn === null ? allRows(shard) : shard.takeChanges();',
        replace: 'shard.takeChanges();',
      },
    ],
  },
  {
    name: 'torn-snapshot',
    what: 'what changes during the sweep of a snapshot is not laid over it',
    mode,
    patches: [
      {
        file: 'pipeline/snapshot/snapshot-writer.ts',
        find: 'open.lay(changes, isLast ? offset : null);',
        replace: 'if (isLast) open.lay([], offset);',
      },
    ],
  },
  {
    name: 'mute-to-end',
    what: 'a rebuild is mute to the end of the log (H20)',
    mode,
    patches: [
      {
        file: 'pipeline/worker/restore-shard.ts',
        find: 'const { low } = await around.ports.broker.admin.watermarks(place);',
        replace: 'const { low, high } = await around.ports.broker.admin.watermarks(place);',
      },
      {
        file: 'pipeline/worker/restore-shard.ts',
        find: 'mutedUntil: isBehind ? committed.offset : null,',
        replace: 'mutedUntil: isBehind ? high : null,',
      },
    ],
  },
  {
    name: 'facts-repeated-freely',
    what: 'a rebuilt REDUCE states what it meets on the way (H24)',
    mode,
    patches: [
      {
        file: 'pipeline/worker/outbox.ts',
        find: 'if (this.#mutedUntil > 0 && origin.offset < this.#mutedUntil) return;',
        replace: "if (origin.offset < this.#mutedUntil && output.topic !== 'reduced') return;",
      },
    ],
  },
  {
    name: 'clock-of-records-alone',
    what: 'a rebuilt REDUCE takes what was over for open, as it has seen no idle time (H25)',
    mode,
    patches: [
      {
        file: 'pipeline/worker/restore-shard.ts',
        find: "if (graph.states === 'facts') shard.setClock(foothold.at);",
        replace: '',
      },
    ],
  },
  {
    name: 'mute-before-first-record',
    what: 'what a quiet shard states before its first record is dropped',
    mode,
    patches: [
      {
        file: 'pipeline/worker/outbox.ts',
        find: 'if (this.#mutedUntil > 0 && origin.offset < this.#mutedUntil) return;',
        replace: 'if (origin.offset < this.#mutedUntil) return;',
      },
    ],
  },
];
