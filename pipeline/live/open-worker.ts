import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { topics } from '../../schemas/topics.ts';
import type { Broker } from '../broker/index.ts';
import { patiently } from '../neighbours/index.ts';
import type { Log } from '../telemetry/index.ts';
import { type Partitions, topicSettings } from '../topic-settings.ts';
import type { Warehouse } from '../warehouse/index.ts';
import { Worker, type WorkerOptions, type WorkerSettings } from '../worker/index.ts';
import { checkTimestamps } from './check-timestamps.ts';
import { checkTopics } from './check-topics.ts';
import { claimState } from './claim-state.ts';
import { DeadLetterLog } from './dead-letter-log.ts';
import { observedBroker } from './observed-broker.ts';
import type { Surroundings } from './surroundings.ts';
import { topicIdsOf } from './topics-made-anew.ts';

/** Rejects with what refuses the worker: topics, state, schemas, tables. Joins no group yet. */
export async function openWorker(
  around: Surroundings,
  events: Pick<WorkerOptions, 'onFailure' | 'onTrouble'>,
): Promise<{ readonly worker: Worker; readonly store: Warehouse | null }> {
  const { config, options, neighbours, log, clock } = around;
  const { state, registry, rawDecoder, patience } = neighbours;
  const { admin } = neighbours.broker;
  const partitions = await patiently('broker', () => checkTopics(admin), patience);
  const wanted = topicSettings(config.broker);
  await patiently('broker', () => checkTimestamps(admin, { wanted, log }), patience);
  await patiently('state', () => claim(around, partitions), patience);
  const store = options.graphs.includes('warehouse') ? await openStore(around) : null;
  const open = (): Promise<Worker> =>
    Worker.open({
      graphs: options.graphs,
      instance: instanceOf(around),
      operators: config,
      delivery: config.delivery,
      settings: settingsOf(around),
      ports: { broker: withLetters(neighbours.broker, log), state, clock },
      ...{ registry, rawDecoder, ...events },
      ...(store === null ? {} : { warehouse: { store, config: config.warehouse.sink } }),
    });
  return { worker: await patiently('registry', open, patience), store };
}

async function claim(around: Surroundings, partitions: Partitions): Promise<void> {
  const { neighbours, config, options, log } = around;
  const { broker, state, clusterId } = neighbours;
  const topicIds = await topicIdsOf(broker.admin);
  return claimState({
    ...{ broker, state, log, installation: { clusterId, topicIds, ...partitions } },
    delivery: config.delivery,
    acceptsReset: options.acceptsReset,
  });
}

/** Loaded only when it takes part: the engine is large. */
async function openStore({ config, neighbours, opened, log }: Surroundings): Promise<Warehouse> {
  const { openWarehouse } = await import('../warehouse/index.ts');
  const say = (detail: string): void => log.warn('warehouse-in-memory', { detail });
  const open = (): Promise<Warehouse> => openWarehouse(config.warehouse, say);
  const store = await patiently('warehouse', open, neighbours.patience);
  opened.add(() => store.close());
  return store;
}

/** Names this process among all workers: two of one name would share what each of them must read alone. */
function instanceOf({ neighbours }: Surroundings): string {
  if (neighbours.embeddedBroker !== null) return 'embedded';
  return `${hostname()}-${process.pid}-${randomUUID().slice(0, 8)}`;
}

/** A log in this process is lost with the state or not at all: nothing is ever rebuilt from it. */
function settingsOf({ config, neighbours }: Surroundings): WorkerSettings {
  return neighbours.embeddedBroker === null ? config.worker : { ...config.worker, snapshotEveryMs: 0 };
}

function withLetters(broker: Broker, log: Log): Broker {
  const letters = new DeadLetterLog(log);
  return observedBroker(broker, (records) => {
    for (const record of records) if (record.topic === topics.deadLetters.name) letters.note(record);
  });
}
