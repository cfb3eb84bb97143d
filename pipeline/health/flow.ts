import type { Admin, TopicPartition } from '../broker/index.ts';
import type { Clock } from '../time/index.ts';

/** A partition that is worked on here. */
export interface Worked extends TopicPartition {
  readonly graph: string;
  /** Next offset that is still to be worked on. */
  readonly handled: number;
}

export interface FlowOptions {
  readonly clock: Clock;
  readonly admin: Pick<Admin, 'allWatermarks'>;
  readonly worked: () => readonly Worked[];
  readonly everyMs: number;
}

/** A partition that has records to work on and has not moved. */
export interface Stalled extends Worked {
  readonly end: number;
  readonly sinceMs: number;
}

interface Seen extends Worked {
  readonly end: number;
  /** When it last stood elsewhere, or had nothing to do. */
  readonly movedAt: number;
}

/** Looks over and over how far the log is ahead of what is worked on here, and whether that moves. */
export class Flow {
  readonly #options: FlowOptions;
  #seen = new Map<string, Seen>();
  #cancel: () => void = () => {};
  #isStopped = false;

  constructor(options: FlowOptions) {
    this.#options = options;
    this.#later();
  }

  /** Records between what is worked on and the end of the log, by graph, as of the last look. */
  lags(): ReadonlyMap<string, number> {
    const lags = new Map<string, number>();
    for (const { graph, handled, end } of this.#seen.values())
      lags.set(graph, (lags.get(graph) ?? 0) + Math.max(0, end - handled));
    return lags;
  }

  /** Partitions whose graph has stood still for longer than `ms` with records before it. */
  stalled(ms: number): readonly Stalled[] {
    const now = this.#options.clock.now();
    return [...this.#seen.values()]
      .map(({ movedAt, ...seen }) => ({ ...seen, sinceMs: now - movedAt }))
      .filter(({ handled, end, sinceMs }) => handled < end && sinceMs > ms);
  }

  stop(): void {
    this.#isStopped = true;
    this.#cancel();
  }

  /** Looks once; what cannot be seen stays as it was. */
  async look(): Promise<void> {
    const worked = this.#options.worked();
    const ends = new Map<string, number>();
    for (const topic of new Set(worked.map((one) => one.topic))) {
      const found = await this.#options.admin.allWatermarks(topic);
      for (const [partition, { high }] of found.entries()) ends.set(`${topic}/${partition}`, high);
    }
    const now = this.#options.clock.now();
    // As they were before the ends were asked for: a record that came in between counts as not worked on yet.
    this.#seen = new Map(
      worked.map((one) => {
        const key = `${one.graph} ${one.topic}/${one.partition}`;
        const end = ends.get(`${one.topic}/${one.partition}`) ?? one.handled;
        return [key, { ...one, end, movedAt: movedAt(this.#seen.get(key), one.handled, now) }];
      }),
    );
  }

  #later(): void {
    if (this.#isStopped) return;
    const { clock, everyMs } = this.#options;
    this.#cancel = clock.schedule(clock.now() + everyMs, () => {
      // While the broker is away nothing is known; that it is away is told elsewhere.
      this.look()
        .catch(() => undefined)
        .finally(() => this.#later());
    });
  }
}

function movedAt(before: Seen | undefined, handled: number, now: number): number {
  const hasStood = before !== undefined && before.handled === handled && before.end > handled;
  return hasStood ? before.movedAt : now;
}
