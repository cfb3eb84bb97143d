import type { Plant } from './plant.ts';

const sender = 'pipeline/worker/transactional-sender.ts';
const mode = 'exactly-once';

/** Outputs and offset together, or never. */
export const transactionPlants: readonly Plant[] = [
  {
    name: 'retry-in-doubt',
    what: 'a transaction whose end is in doubt is tried again (H8)',
    mode,
    patches: [
      {
        file: sender,
        find: 'await this.#transact(records, [{ ...place, offset, metadata: encodeFoothold(foothold) }]);',
        replace:
          'const offsets = [{ ...place, offset, metadata: encodeFoothold(foothold) }];\n    try {\n      await this.#transact(records, offsets);\n    } catch {\n      const { broker, group } = this.#options;\n      (this as any).again = broker.producer({ transactionalId: group + "-" + place.partition });\n      const transaction = await (this as any).again.begin();\n      if (records.length > 0) await transaction.send(records);\n      await transaction.sendOffsets(group, offsets);\n      await transaction.commit();\n    }',
      },
    ],
  },
  {
    name: 'committed-before-fence',
    what: 'the committed offset is read before older producers are fenced (H10)',
    mode,
    patches: [
      {
        file: sender,
        find: 'await this.#transact([], [sentinel]);\n    const committed = await this.#whenSeen(sentinel);',
        replace:
          'const { broker, group } = this.#options;\n    const committed = await broker.admin.committed(group, place);\n    await this.#transact([], [sentinel]);\n    await this.#whenSeen(sentinel);',
      },
    ],
  },
  {
    name: 'committed-before-sentinel',
    what: 'the committed offset is read once, without waiting for the own sentinel (H11)',
    mode,
    patches: [{ file: sender, find: 'if (seen?.metadata === metadata) return', replace: 'return' }],
  },
  {
    name: 'not-muted-to-committed',
    what: 'a shard says again what is committed behind its stored state (ACQUIRE 5)',
    mode,
    patches: [
      {
        file: 'pipeline/worker/restore-shard.ts',
        find: 'Math.max(mark.mutedUntil ?? 0, isTransactional ? committedTo : 0)',
        replace: 'Math.max(mark.mutedUntil ?? 0, 0)',
      },
    ],
  },
  {
    name: 'stored-before-committed',
    what: 'state is stored as of an offset that no transaction has committed (I1)',
    mode,
    patches: [
      {
        file: sender,
        find: 'if (reached.offset > this.#committed) await this.#advance([], reached);',
        replace: 'void reached;',
      },
    ],
  },
  {
    name: 'offsets-after-commit',
    what: 'outputs and offsets leave in two transactions',
    mode,
    patches: [
      {
        file: sender,
        find: 'if (records.length > 0) await transaction.send(records);\n    await transaction.sendOffsets(this.#options.group, offsets);\n    await transaction.commit();',
        replace:
          'if (records.length > 0) {\n      await transaction.send(records);\n      await transaction.commit();\n      const second = await this.#producer.begin();\n      await second.sendOffsets(this.#options.group, offsets);\n      await second.commit();\n      return;\n    }\n    await transaction.sendOffsets(this.#options.group, offsets);\n    await transaction.commit();',
      },
    ],
  },
  {
    name: 'transaction-in-portions',
    what: 'what a record leads to leaves in several transactions',
    mode,
    patches: [
      {
        file: 'pipeline/worker/shard-runner.ts',
        find: 'send: assignment.isTransactional ? null : () => this.flush(),',
        replace: 'send: () => this.flush(),',
      },
    ],
  },
];
