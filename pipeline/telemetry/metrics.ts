import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { type Measured, shownIn } from './worker-metrics.ts';

/** What there is to measure, read when somebody scrapes: counting costs nothing per event. */
export interface Measurable {
  readonly isReady: boolean;
  /** Null while no worker has started. */
  readonly worker: Measured | null;
}

export interface Metrics {
  /** The metrics in Prometheus' text format, and its content type. */
  render(): Promise<{ readonly text: string; readonly contentType: string }>;
}

/** Metrics of one process. Labels are closed lists (graph, stage, direction, outcome), never an alert or a host. */
export function openMetrics(read: () => Measurable): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: 'tocsin_' });
  const ready = new Gauge({
    name: 'tocsin_ready',
    help: '1 when the worker has started, all that is assigned to it is restored, and the neighbours that it needs are there.',
    registers: [registry],
  });
  const show = shownIn(registry);
  return {
    render: async () => {
      // One reading for all of them: what is scraped together adds up.
      const { isReady, worker } = read();
      ready.set(isReady ? 1 : 0);
      if (worker !== null) show(worker);
      return { text: await registry.metrics(), contentType: registry.contentType };
    },
  };
}
