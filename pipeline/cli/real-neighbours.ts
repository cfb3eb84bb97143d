import { TocsinError } from '../../schemas/errors.ts';
import type { Broker } from '../broker/index.ts';
import type { Config } from '../config/index.ts';
import type { Registry } from '../registry/index.ts';
import { SystemClock } from '../time/index.ts';
import type { ClickHouseWarehouse } from '../warehouse/index.ts';
import type { Io } from './io.ts';

/**
 * The neighbours that outlive this process, for commands that look after them. An embedded one is refused with
 * `usage.invalid`: it would be made for the command and end with it.
 */
export async function withCluster<T>(config: Config, act: (broker: Broker) => Promise<T>): Promise<T> {
  if (config.broker.kind !== 'kafka') throw embedded('broker.kind', config.broker.kind, 'kafka');
  const { openBroker } = await import('../neighbours/index.ts');
  const broker = await openBroker(config.broker, { clock: new SystemClock() });
  try {
    return await act(broker);
  } finally {
    await broker.close();
  }
}

/** `canRegister` stands above `registry.autoRegister`, which is about workers. */
export async function withRegistry<T>(
  config: Config,
  canRegister: boolean,
  act: (registry: Registry) => Promise<T>,
): Promise<T> {
  const { registry } = config;
  if (registry.kind !== 'confluent') throw embedded('registry.kind', registry.kind, 'confluent');
  const { openRegistry } = await import('../neighbours/index.ts');
  const opened = await openRegistry({ ...registry, autoRegister: canRegister });
  try {
    return await act(opened);
  } finally {
    if ('close' in opened) opened.close();
  }
}

/** In whatever shape it is. chdb outlives the process as well, in its data directory. */
export async function withDatabase<T>(
  config: Config,
  io: Io,
  act: (warehouse: ClickHouseWarehouse) => Promise<T>,
): Promise<T> {
  const { ClickHouseWarehouse: ClickHouse, connectWarehouse } = await import('../warehouse/index.ts');
  const { warehouse } = config;
  const opened = await connectWarehouse(warehouse, (line) => io.stderr.write(`${line}\n`));
  try {
    if (opened instanceof ClickHouse) return await act(opened);
    throw embedded('warehouse.engine', warehouse.engine, 'clickhouse, or chdb where it is installed,');
  } finally {
    await opened.close();
  }
}

function embedded(key: string, found: string, wanted: string): TocsinError {
  const detail = `${key} is ${found}, which lives in the worker and ends with it: there is nothing to look after; set ${key} to ${wanted} in the config that --config names`;
  return new TocsinError('usage.invalid', detail);
}
