import { codecs } from '../../schemas/avro/index.ts';
import type { TocsinError } from '../../schemas/errors.ts';
import { type Broker, EmbeddedBroker } from '../broker/index.ts';
import type { Config } from '../config/index.ts';
import { Decoder, type RawDecoder, type Registry } from '../registry/index.ts';
import type { StateStore } from '../state/index.ts';
import type { Log } from '../telemetry/index.ts';
import type { Clock } from '../time/index.ts';
import { openBroker } from './open-broker.ts';
import { openRegistry } from './open-registry.ts';
import { openState } from './open-state.ts';
import { Opened } from './opened.ts';
import { type Patience, patiently } from './patience.ts';

/** What a worker needs around it, each embedded or real as the configuration says; the warehouse is opened apart. */
export interface Neighbours {
  readonly broker: Broker;
  /** The broker when it is in this process: its log ends with it. */
  readonly embeddedBroker: EmbeddedBroker | null;
  readonly clusterId: string;
  readonly state: StateStore;
  readonly registry: Registry;
  readonly rawDecoder: RawDecoder;
  /** What is left of the time that the start may take, for whatever else must be waited for. */
  readonly patience: Patience;
  /** Lets go of all of them; what they hold stays. */
  close(): Promise<void>;
}

export interface NeighbourSurroundings {
  readonly clock: Clock;
  readonly log: Log;
  /** Told in words what is waited for. */
  readonly onWait?: (why: string) => void;
  /** Ends the waiting for neighbours that do not answer yet. */
  readonly signal?: AbortSignal;
}

export type NeighbourConfig = Pick<Config, 'broker' | 'state' | 'registry' | 'worker'>;

/**
 * Opens the neighbours of a worker. Those that do not answer yet are waited for, `worker.startWithinMs` in all; one that
 * refuses ends it at once. Closes what it has opened when it rejects.
 */
export async function openNeighbours(
  config: NeighbourConfig,
  around: NeighbourSurroundings,
): Promise<Neighbours> {
  const opened = new Opened();
  const all = await opened.orClose(() => openAll(config, around, opened));
  return { ...all, close: () => opened.close() };
}

async function openAll(
  config: NeighbourConfig,
  around: NeighbourSurroundings,
  opened: Opened,
): Promise<Omit<Neighbours, 'close'>> {
  const { clock } = around;
  const patience = patienceOf(config, around);
  const broker = await openBroker(config.broker, { clock, onLog: logOf(around.log) });
  opened.add(() => broker.close());
  const clusterId = await patiently('broker', () => broker.admin.clusterId(), patience);
  const state = await patiently('state', () => openState(config.state), patience);
  opened.add(() => state.close());
  const registry = await patiently('registry', () => openRegistry(config.registry), patience);
  if ('close' in registry) opened.add(async () => registry.close());
  await patiently('registry', () => registry.register(codecs.raw.subject, codecs.raw.schema), patience);
  return {
    ...{ broker, state, registry, clusterId, patience },
    embeddedBroker: broker instanceof EmbeddedBroker ? broker : null,
    rawDecoder: new Decoder({ codec: codecs.raw, registry, clock }),
  };
}

/** One deadline for all of them: it is the start of the worker that must not take longer. */
function patienceOf({ worker }: NeighbourConfig, around: NeighbourSurroundings): Patience {
  const { clock, log, onWait, signal } = around;
  return {
    clock,
    deadline: clock.now() + worker.startWithinMs,
    onWait: (neighbour: string, { code, detail }: TocsinError) => {
      log.warn('waiting', { neighbour, error: code, detail });
      onWait?.(`it waits for the ${neighbour}: ${detail}`);
    },
    ...(signal === undefined ? {} : { signal }),
  };
}

function logOf(log: Log): (level: 'warn' | 'error', message: string) => void {
  return (level, message) => log.debug('broker-client', { severity: level, message });
}
