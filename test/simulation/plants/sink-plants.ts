import type { Plant } from './plant.ts';

const mode = 'effectively-once';

/** Each row once. */
export const sinkPlants: readonly Plant[] = [
  {
    name: 'no-sink-plan',
    what: 'the sink inserts without having committed what (H21)',
    mode,
    patches: [
      {
        file: 'pipeline/warehouse/partition-sink.ts',
        find: 'if (this.#progress.plan === null) await this.#commit',
        replace: 'if (this.#progress.plan === null) void 0;\n    else await this.#commit',
      },
    ],
  },
  {
    name: 'sink-marks-apart',
    what: 'the marks of the sink live in its process, not with the offset (H22)',
    mode,
    patches: [
      {
        file: 'pipeline/warehouse/plan.ts',
        find: 'marks: new Map(stored.marks.map(([shard, at, n]) => [shard, { offset: at, n }])),',
        replace: 'marks: new Map(),',
      },
    ],
  },
  {
    name: 'first-answer-believed',
    what: 'the sink believes the first answer about what is committed, from whichever broker (H26)',
    mode,
    patches: [
      {
        file: 'pipeline/broker/kafka/group-commits.ts',
        find: 'await coordinator.commit({ ...membership, topics: topicsOf([sign]) });',
        replace: 'void sign;',
      },
      {
        file: 'pipeline/broker/kafka/group-commits.ts',
        find: 'if ((shown.get(laneOf(witness))?.offset ?? -1) >= groupGenerationId)',
        replace: 'if (shown.size > -1)',
      },
    ],
  },
];
