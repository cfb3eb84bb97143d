import type { Plant } from './plant.ts';

const store = 'pipeline/state/memory-state-store.ts';
const leaseCheck = 'if (stored.epoch !== lease.epoch || stored.nonce !== lease.nonce) {';
const baseCheck = 'if (last !== checkpoint.basedOn) {';
const never = 'if (Math.abs(0) > 0) {';
const mode = 'effectively-once';

/** Who may store, and what is stored with which offset. */
export const statePlants: readonly Plant[] = [
  {
    name: 'no-fence',
    what: 'the store takes a checkpoint from anybody, on any base (H9)',
    mode,
    patches: [
      { file: store, find: leaseCheck, replace: never },
      { file: store, find: baseCheck, replace: never },
    ],
  },
  {
    name: 'base-by-number',
    what: 'the store knows a base by its number alone, and no lease (H9)',
    mode,
    patches: [
      { file: store, find: leaseCheck, replace: never },
      {
        file: store,
        find: baseCheck,
        replace: 'if ((stored.checkpoint?.seq ?? 0) + 1 !== checkpoint.seq) {',
      },
    ],
  },
  {
    name: 'load-before-fence',
    what: 'the fence takes effect only when the state has been loaded (H9)',
    mode,
    patches: [
      {
        file: store,
        find: 'stored.epoch = this.#newestEpoch;\n    stored.nonce = this.#nonce();\n    return { lease: { shard, epoch: stored.epoch, nonce: stored.nonce }, checkpoint: stored.checkpoint };',
        replace:
          'const lease = { shard, epoch: this.#newestEpoch, nonce: this.#nonce() };\n    if (stored.checkpoint === null) Object.assign(stored, { epoch: lease.epoch, nonce: lease.nonce });\n    return { lease, checkpoint: stored.checkpoint };',
      },
      {
        file: store,
        find: 'for (const [table, rows] of this.#owned(lease).tables) {',
        replace: 'for (const [table, rows] of this.#shards.get(nameOf(lease.shard))?.tables ?? []) {',
      },
      { file: store, find: 'yield chunk;\n        this.#owned(lease);', replace: 'yield chunk;' },
      {
        file: store,
        find: 'if (chunk.length > 0) yield chunk;\n    this.#owned(lease);',
        replace:
          'if (chunk.length > 0) yield chunk;\n    const taken = this.#shards.get(nameOf(lease.shard));\n    if (taken !== undefined) Object.assign(taken, { epoch: lease.epoch, nonce: lease.nonce });',
      },
    ],
  },
  {
    name: 'rows-of-later',
    what: 'a row that changes while a checkpoint waits to encode it is stored as it is then, not as of the offset',
    mode,
    patches: [
      {
        file: 'operators/capture.ts',
        find: 'const encoded = this.#encoded;',
        replace: [
          'const { slots, encode } = this.#captured;',
          'const rowNow = (key: string) => slots.rowAt(slots.slotOf(key) ?? -1);',
          'const encoded = this.#encoded.map(([key]): CapturedRow => {',
          '  const row = rowNow(key);',
          '  return [key, row === undefined ? null : encode(row)];',
          '});',
        ].join('\n    '),
      },
    ],
  },
  {
    name: 'mutated-unsaid',
    what: 'REDUCE changes a run in place before a checkpoint has encoded it',
    mode,
    patches: [
      {
        file: 'operators/dedupe/combine.ts',
        find: '  mark(step.tables.runs, run);\n  observe(run, event, sighted);\n',
        replace: '  observe(run, event, sighted);\n  mark(step.tables.runs, run);\n',
      },
    ],
  },
  {
    name: 'marked-for-good',
    what: 'a run that was stored once is not stored again when it changes',
    mode,
    patches: [{ file: 'operators/table.ts', find: '    this.#epoch += 1;\n', replace: '' }],
  },
  {
    name: 'script-creates',
    what: 'a checkpoint for a shard that is missing creates it (H19)',
    mode,
    patches: [
      {
        file: store,
        find: 'if (stored === undefined) throw new',
        replace:
          'if (stored === undefined) {\n      const made = { ...emptyShard(), epoch: lease.epoch, nonce: lease.nonce };\n      this.#shards.set(name, made);\n      return made;\n    }\n    if (stored === undefined) throw new',
      },
      { file: store, find: baseCheck, replace: 'if (last !== null && last !== checkpoint.basedOn) {' },
    ],
  },
  {
    name: 'checkpoint-before-acks',
    what: 'state is stored before its outputs are acknowledged (H2)',
    mode,
    patches: [
      {
        file: 'pipeline/worker/shard-runner.ts',
        find: 'await this.flush();\n      this.#hasProgressed = true;\n      await this.store();',
        replace: 'await this.store();\n      await this.flush();\n      this.#hasProgressed = true;',
      },
    ],
  },
  {
    name: 'live-memory',
    what: 'state is taken from live memory a moment after its offset (H2)',
    mode,
    patches: [
      {
        file: 'pipeline/worker/shard-keeper.ts',
        find: 'if (!checkpointer.isDue(shard, offset)) return;\n    await this.#sender.settle({ offset, foothold: this.#footholdAt(offset) });\n    checkpointer.start(shard, offset);',
        replace:
          'if (!checkpointer.isDue(shard, offset)) return;\n    setTimeout(() => checkpointer.isDue(shard, offset) && checkpointer.start(shard, offset), 40);',
      },
    ],
  },
  {
    name: 'seek-to-group',
    what: 'reading goes on at the offset of the group, not at that of the state (H6)',
    mode,
    patches: [
      {
        file: 'pipeline/worker/restore-shard.ts',
        find: 'async function load<Event extends Kinded>(\n  { shard, place, isTransactional, around }',
        replace:
          'async function load<Event extends Kinded>(\n  { shard, graph, place, isTransactional, around }',
      },
      {
        file: 'pipeline/worker/restore-shard.ts',
        find: 'const position = await startOf(place, mark.offset, around);',
        replace:
          'const position = (await around.ports.broker.admin.committed(graph.group, place))?.offset ?? mark.offset;',
      },
    ],
  },
];
