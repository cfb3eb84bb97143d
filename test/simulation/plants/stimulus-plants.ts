import type { Plant } from './plant.ts';

const mode = 'effectively-once';

/** What may change a decision is a record of the log, once. */
export const stimulusPlants: readonly Plant[] = [
  {
    name: 'control-mark-ignored',
    what: 'a copy of a control acts again (controlMark)',
    mode,
    patches: [
      {
        file: 'pipeline/shard/shard.ts',
        find: 'const isSeen = input.index <= this.#controlMark;\n    if (!isSeen) this.#controlMark = input.index;',
        replace:
          'const isSeen = Math.abs(0) > 0;\n    this.#controlMark = Math.max(this.#controlMark, input.index);',
      },
    ],
  },
  {
    name: 'late-marks-ignored',
    what: 'a late alert that is stated again is told again (lateMarks)',
    mode,
    patches: [
      {
        file: 'operators/dedupe/fold.ts',
        find: 'if (mark !== undefined && comparePlaces(late.place, mark.place) <= 0) return;',
        replace: 'void mark;',
      },
    ],
  },
  {
    name: 'idle-without-record',
    what: 'RELATE moves time by its clock, without a record (H1)',
    mode,
    patches: [
      {
        file: 'pipeline/worker/worker.ts',
        find: 'async beat(): Promise<void> {',
        replace:
          'async beat(): Promise<void> {\n    await Promise.all(\n      (this.#relate?.shards ?? []).map((shard) =>\n        shard.exclusively(async () => {\n          shard.shard.idle(this.#options.ports.clock.now() - 500, null);\n          await shard.flush();\n        }),\n      ),\n    );',
      },
    ],
  },
  {
    name: 'control-without-record',
    what: 'a control acts when it is read, without a record in the log of the shard (H1)',
    mode,
    patches: [
      {
        file: 'pipeline/worker/control-tail.ts',
        find: 'await shard.send(missing.map((copy) => ({ ...shard.place, key: null, value: encode(copy) })));',
        replace:
          'const at = (shard as any).shard.host.time.at;\n      for (const copy of missing) (shard as any).shard.step({ offset: (shard as any).position - 1, timestamp: at, key: null, value: encode(copy), headers: {} });\n      await (shard as any).flush();',
      },
    ],
  },
  {
    name: 'heartbeat-before-partials',
    what: 'a shard claims before it has stated what it held back (H15)',
    mode,
    patches: [
      {
        file: 'pipeline/worker/shard-runner.ts',
        find: 'shard.idle(at, flush, atOnce))) await this.flush();',
        replace: 'shard.idle(at, flush, atOnce))) return;',
      },
      {
        file: 'pipeline/worker/heartbeat.ts',
        find: 'await this.#runner.send(this.#claims(complete));',
        replace: 'await this.#runner.send(this.#claims(complete));\n        await this.#runner.flush();',
      },
    ],
  },
  {
    name: 'clock-after-fetch',
    what: 'the clock is read after the log was found empty (H16)',
    mode,
    patches: [
      { file: 'pipeline/worker/heartbeat.ts', find: 'const now = ports.clock.now();\n', replace: '' },
      {
        file: 'pipeline/worker/heartbeat.ts',
        find: 'const complete = now - slackMs;',
        replace: 'const now = ports.clock.now();\n    const complete = now - slackMs;',
      },
    ],
  },
  {
    name: 'no-slack',
    what: 'a claim leaves no room for clocks that differ or step back (H17)',
    mode,
    patches: [
      {
        file: 'pipeline/worker/heartbeat.ts',
        find: 'const slackMs = Math.max(1, settings.clockSlackMs);',
        replace: 'const slackMs = Math.min(1, settings.clockSlackMs);',
      },
    ],
  },
  {
    name: 'fastest-shard-closes',
    what: 'complete is the newest claim, not the oldest (S2)',
    mode,
    patches: [
      {
        file: 'pipeline/shard/completeness.ts',
        find: 'Math.min(...this.#claims.values())',
        replace: 'Math.max(...this.#claims.values())',
      },
    ],
  },
  {
    name: 'clamp-by-clock',
    what: 'times from the future are clamped by the clock of the worker (H7)',
    mode,
    patches: [
      {
        file: 'pipeline/worker/shard-intake.ts',
        find: 'if (record.offset >= shard.shedUntil) return shard.step(record, portions.timersAtOnce);',
        replace:
          'Object.assign(globalThis, { workerNow: this.#options.around.ports.clock.now() });\n    const isDone = record.offset < shard.shedUntil || shard.step(record, portions.timersAtOnce);\n    Object.assign(globalThis, { workerNow: undefined });\n    if (record.offset >= shard.shedUntil) return isDone;',
      },
      {
        file: 'operators/dedupe/sight.ts',
        find: 'at + config.skewMs);',
        replace: '(Reflect.get(globalThis, "workerNow") ?? at) + config.skewMs);',
      },
    ],
  },
];
