/** Wall time that a graph's own code took: no waiting, no encoding of what it states. */
export interface GraphWork {
  readonly graph: string;
  /** For each alert that entered, whether or not it went on to this graph: what an alert costs. */
  readonly microsPerAlert: number;
  readonly slowestBatchMs: number;
}

/** Adds up the time that the shards of each graph spent on stepping their records. */
export class Stopwatch {
  readonly #graphs = new Map<string, { ms: number; slowestMs: number }>();

  stepped(graph: string, ms: number): void {
    const sum = this.#graphs.get(graph) ?? { ms: 0, slowestMs: 0 };
    sum.ms += ms;
    sum.slowestMs = Math.max(sum.slowestMs, ms);
    this.#graphs.set(graph, sum);
  }

  /** @param alerts that entered so far */
  work(alerts: number): readonly GraphWork[] {
    return [...this.#graphs].map(([graph, { ms, slowestMs }]) => ({
      graph,
      microsPerAlert: alerts === 0 ? 0 : (1_000 * ms) / alerts,
      slowestBatchMs: slowestMs,
    }));
  }
}
