import { codecs } from '../../schemas/avro/index.ts';
import { type Asked, type Beat, type Check, Flow, Pulse, workerChecks } from '../health/index.ts';
import { alertsIn } from '../replay/index.ts';
import type { Measured } from '../telemetry/index.ts';
import type { Warehouse } from '../warehouse/index.ts';
import type { Worker } from '../worker/index.ts';
import type { Surroundings } from './surroundings.ts';
import type { Troubles } from './troubles.ts';

const everyMs = 5_000;
const patienceMs = 4_000;
/** A shard may take this long to restore a large state, or to wait for its neighbours, before its standing is told. */
const stalledMs = 60_000;

export interface Watched {
  readonly worker: Worker;
  readonly store: Warehouse | null;
  readonly troubles: Troubles;
}

/** What is seen of a running worker and of its neighbours. */
export interface Watch {
  checks(): readonly Check[];
  measure(): Measured;
}

export function watch({ worker, store, troubles }: Watched, around: Surroundings): Watch {
  const { clock, neighbours, options, opened } = around;
  const pulse = new Pulse({
    ...{ clock, everyMs, patienceMs },
    neighbours: askedOf(store, around),
    onChange: (beat) => tell(beat, around),
  });
  const flow = new Flow({ clock, everyMs, admin: neighbours.broker.admin, worked: () => worker.owned });
  opened.add(async () => {
    pulse.stop();
    flow.stop();
  });
  return {
    checks: () =>
      workerChecks({
        graphs: options.graphs,
        owned: worker.owned,
        stalled: flow.stalled(stalledMs),
        beats: pulse.beats,
        now: clock.now(),
      }),
    measure: () => {
      const counts = worker.counts();
      return {
        ...counts,
        entered: alertsIn(counts),
        held: worker.held,
        owned: worker.owned,
        lags: flow.lags(),
        neighbours: pulse.beats,
        troubles: troubles.counts,
      };
    },
  };
}

/** Questions that cost next to nothing and are answered only by a neighbour that works. */
function askedOf(store: Warehouse | null, { config, neighbours }: Surroundings): readonly Asked[] {
  const { broker, state, registry } = neighbours;
  const asked: Asked[] = [
    { name: 'broker', ask: () => broker.admin.clusterId() },
    { name: 'state', ask: () => state.claimed() },
    { name: 'registry', ask: () => registry.latest(codecs.raw.subject) },
  ];
  const isServer = store !== null && config.warehouse.engine === 'clickhouse';
  return isServer ? [...asked, { name: 'warehouse', ask: () => store.query('SELECT 1') }] : asked;
}

function tell({ name: neighbour, isUp, detail }: Beat, { log }: Surroundings): void {
  if (isUp) log.info('neighbour-back', { neighbour });
  else log.warn('neighbour-away', { neighbour, detail });
}
