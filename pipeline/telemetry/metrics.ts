import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';

/** What became of an alert; each alert that entered has one outcome in the end. */
export const countedOutcomes = ['passed', 'folded', 'suppressed', 'dead-lettered'] as const;

/** What there is to measure, read when somebody scrapes: counting costs nothing per event. */
export interface Measurable {
  readonly stages: readonly {
    readonly graph: string;
    readonly stage: string;
    readonly in: number;
    readonly out: number;
  }[];
  /** Alerts that came in; those without an outcome yet are still being counted. */
  readonly entered: number;
  readonly outcomes: Readonly<Record<(typeof countedOutcomes)[number], number>>;
  readonly rows: number;
  readonly timers: number;
  readonly held: number;
  readonly isReady: boolean;
}

export interface Metrics {
  /** The metrics in Prometheus' text format, and its content type. */
  render(): Promise<{ readonly text: string; readonly contentType: string }>;
}

/**
 * Metrics of one process. Labels are closed lists (graph, stage, direction, outcome), never an alert or a host. `read` gives
 * null while there is nothing to measure but the process itself.
 */
export function openMetrics(read: () => Measurable | null): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: 'tocsin_' });
  const show = shownIn(registry);
  return {
    render: async () => {
      // One reading for all of them: what is scraped together adds up.
      const seen = read();
      if (seen !== null) show(seen);
      return { text: await registry.metrics(), contentType: registry.contentType };
    },
  };
}

function shownIn(registry: Registry): (seen: Measurable) => void {
  const registers = [registry];
  const showCounts = countersIn(registers);
  const gauge = (name: string, help: string) => new Gauge({ name: `tocsin_${name}`, help, registers });
  const rows = gauge('state_rows', 'Rows of state in memory.');
  const timers = gauge('state_timers', 'Timers that are set.');
  const held = gauge('warehouse_held_records', 'Output records that were read and are not stored yet.');
  const ready = gauge('ready', '1 when every shard that is assigned here is restored.');
  return (seen) => {
    showCounts(seen);
    rows.set(seen.rows);
    timers.set(seen.timers);
    held.set(seen.held);
    ready.set(seen.isReady ? 1 : 0);
  };
}

/** The shards count; a counter here is set to what they say. */
function countersIn(registers: Registry[]): (seen: Measurable) => void {
  const events = new Counter({
    name: 'tocsin_stage_events_total',
    help: 'Events that went into and came out of each operator of the shards owned here.',
    labelNames: ['graph', 'stage', 'direction'],
    registers,
  });
  const entered = new Counter({
    name: 'tocsin_alerts_entered_total',
    help: 'Alerts that came in, dead letters among them.',
    registers,
  });
  const alerts = new Counter({
    name: 'tocsin_alerts_total',
    help: 'Alerts by what became of them; in the end these add up to the alerts that entered.',
    labelNames: ['outcome'],
    registers,
  });
  return (seen) => {
    for (const counter of [events, entered, alerts]) counter.reset();
    for (const { graph, stage, in: came, out } of seen.stages) {
      events.inc({ graph, stage, direction: 'in' }, came);
      events.inc({ graph, stage, direction: 'out' }, out);
    }
    entered.inc(seen.entered);
    for (const outcome of countedOutcomes) alerts.inc({ outcome }, seen.outcomes[outcome]);
  };
}
