import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';

/** What there is to measure, read when somebody scrapes: counting costs nothing per event. */
export interface Measurable {
  readonly stages: readonly {
    readonly graph: string;
    readonly stage: string;
    readonly in: number;
    readonly out: number;
  }[];
  readonly outcomes: Readonly<Record<string, number>>;
  readonly rows: number;
  readonly timers: number;
}

export interface Metrics {
  /** The metrics in Prometheus' text format, and its content type. */
  render(): Promise<{ readonly text: string; readonly contentType: string }>;
}

/** Metrics of one process. Labels are closed lists (graph, stage, direction, outcome), never an alert or a host. */
export function openMetrics(read: () => Measurable): Metrics {
  const registers = [new Registry()];
  const [registry] = registers as [Registry];
  collectDefaultMetrics({ register: registry, prefix: 'tocsin_' });
  new Counter({
    name: 'tocsin_stage_events_total',
    help: 'Events that went into and came out of each operator of the shards owned here.',
    labelNames: ['graph', 'stage', 'direction'],
    registers,
    collect() {
      this.reset();
      for (const { graph, stage, in: came, out } of read().stages) {
        this.inc({ graph, stage, direction: 'in' }, came);
        this.inc({ graph, stage, direction: 'out' }, out);
      }
    },
  });
  new Counter({
    name: 'tocsin_alerts_total',
    help: 'Alerts by what became of them; the outcomes add up to the alerts that entered.',
    labelNames: ['outcome'],
    registers,
    collect() {
      this.reset();
      for (const [outcome, count] of Object.entries(read().outcomes)) this.inc({ outcome }, count);
    },
  });
  new Gauge({
    name: 'tocsin_state_rows',
    help: 'Rows of state in memory.',
    registers,
    collect() {
      this.set(read().rows);
    },
  });
  new Gauge({
    name: 'tocsin_state_timers',
    help: 'Timers that are set.',
    registers,
    collect() {
      this.set(read().timers);
    },
  });
  return {
    render: async () => ({ text: await registry.metrics(), contentType: registry.contentType }),
  };
}
