import { Counter, Gauge, type Registry } from 'prom-client';

/** What became of an alert; each alert that entered has one outcome in the end. */
export const countedOutcomes = ['passed', 'folded', 'suppressed', 'dead-lettered'] as const;

/** What is measured of a worker. */
export interface Measured {
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
  readonly shed: number;
  readonly held: number;
  /** Partitions that are worked on here. */
  readonly owned: readonly { readonly graph: string; readonly isRunning: boolean }[];
  /** Records before the end of the log, by graph. */
  readonly lags: ReadonlyMap<string, number>;
  readonly neighbours: readonly { readonly name: string; readonly isUp: boolean }[];
  /** How often something was wrong that did not stop the worker, by its code. */
  readonly troubles: Readonly<Record<string, number>>;
}

/** Makes the metrics; the answer puts what was measured into them. */
export function shownIn(registry: Registry): (seen: Measured) => void {
  const registers = [registry];
  const shows = [countsIn(registers), sizesIn(registers), placesIn(registers), neighboursIn(registers)];
  return (seen) => {
    for (const show of shows) show(seen);
  };
}

type Show = (seen: Measured) => void;

/** The shards count; a counter here is set to what they say. */
function countsIn(registers: Registry[]): Show {
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
  const shed = new Counter({
    name: 'tocsin_records_shed_total',
    help: 'Raw records that were put into the overflow topic unseen.',
    registers,
  });
  return (seen) => {
    for (const counter of [events, entered, alerts, shed]) counter.reset();
    for (const { graph, stage, in: came, out } of seen.stages) {
      events.inc({ graph, stage, direction: 'in' }, came);
      events.inc({ graph, stage, direction: 'out' }, out);
    }
    entered.inc(seen.entered);
    shed.inc(seen.shed);
    for (const outcome of countedOutcomes) alerts.inc({ outcome }, seen.outcomes[outcome]);
  };
}

function sizesIn(registers: Registry[]): Show {
  const gauge = (name: string, help: string) => new Gauge({ name: `tocsin_${name}`, help, registers });
  const rows = gauge('state_rows', 'Rows of state in memory.');
  const timers = gauge('state_timers', 'Timers that are set.');
  const held = gauge('warehouse_held_records', 'Output records that were read and are not stored yet.');
  return (seen) => {
    rows.set(seen.rows);
    timers.set(seen.timers);
    held.set(seen.held);
  };
}

function placesIn(registers: Registry[]): Show {
  const partitions = new Gauge({
    name: 'tocsin_assigned_partitions',
    help: 'Partitions that are assigned to this process, by graph: restored and taking records, or not yet.',
    labelNames: ['graph', 'state'],
    registers,
  });
  const lag = new Gauge({
    name: 'tocsin_lag_records',
    help: 'Records between what is worked on here and the end of the log; of the warehouse, what is stored.',
    labelNames: ['graph'],
    registers,
  });
  return ({ owned, lags }) => {
    for (const gauge of [partitions, lag]) gauge.reset();
    for (const { graph, isRunning } of owned) {
      partitions.inc({ graph, state: 'restored' }, isRunning ? 1 : 0);
      partitions.inc({ graph, state: 'restoring' }, isRunning ? 0 : 1);
    }
    for (const [graph, records] of lags) lag.set({ graph }, records);
  };
}

function neighboursIn(registers: Registry[]): Show {
  const up = new Gauge({
    name: 'tocsin_neighbour_up',
    help: '1 when the neighbour answered when it was last asked.',
    labelNames: ['neighbour'],
    registers,
  });
  const troubles = new Counter({
    name: 'tocsin_troubles_total',
    help: 'What was wrong and did not stop the worker, by the code that the log has for it.',
    labelNames: ['code'],
    registers,
  });
  return (seen) => {
    for (const { name, isUp } of seen.neighbours) up.set({ neighbour: name }, isUp ? 1 : 0);
    troubles.reset();
    for (const [code, count] of Object.entries(seen.troubles)) troubles.inc({ code }, count);
  };
}
