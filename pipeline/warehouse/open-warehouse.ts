import { TocsinError } from '../../schemas/errors.ts';
import { ClickHouseWarehouse } from './clickhouse-warehouse.ts';
import type { WarehouseConfig } from './config.ts';
import { connectChdb, type LoadChdb, loadChdb } from './connection.ts';
import { connectHttp, type HttpOptions } from './http-connection.ts';
import { MemoryWarehouse } from './memory-warehouse.ts';
import type { Warehouse } from './warehouse.ts';

/**
 * Opens the configured warehouse, in the shape that this version needs. With `engine: auto` and no chdb here, it is the
 * summary in memory, and one line to `say` tells so. Rejects with `warehouse.no-engine` (engine chdb, not installed),
 * `warehouse.locked`, `warehouse.schema-mismatch`, `warehouse.not-migrated`, `warehouse.no-access` or
 * `warehouse.unavailable`. `load` replaces how chdb is found.
 */
export async function openWarehouse(
  config: WarehouseConfig,
  say: (line: string) => void,
  load?: LoadChdb,
): Promise<Warehouse> {
  const warehouse = await connectWarehouse(config, say, load);
  const mayMigrate = config.engine !== 'clickhouse' || config.autoMigrate;
  try {
    await (mayMigrate ? warehouse.migrate() : refuseOldShape(warehouse, config.database));
    return warehouse;
  } catch (error) {
    // The engine would keep its data directory locked.
    await warehouse.close();
    throw error;
  }
}

/** The same in whatever shape it is. Of a server nothing is asked yet. */
export async function connectWarehouse(
  config: WarehouseConfig,
  say: (line: string) => void,
  load?: LoadChdb,
): Promise<ClickHouseWarehouse | MemoryWarehouse> {
  if (config.engine === 'memory') return new MemoryWarehouse();
  if (config.engine === 'clickhouse')
    return new ClickHouseWarehouse(connectHttp(httpOf(config)), config.database);
  try {
    const chdb = await loadChdb(load);
    return new ClickHouseWarehouse(await connectChdb(chdb, config.path), config.database);
  } catch (error) {
    const isMissing = error instanceof TocsinError && error.code === 'warehouse.no-engine';
    if (!isMissing || config.engine === 'chdb') throw error;
    say(
      `No SQL warehouse: ${error.detail}. Counting in memory instead; npm install chdb to query the results.`,
    );
    return new MemoryWarehouse(error.detail);
  }
}

async function refuseOldShape(
  warehouse: ClickHouseWarehouse | MemoryWarehouse,
  database: string,
): Promise<void> {
  const pending = warehouse instanceof ClickHouseWarehouse ? await warehouse.pending() : [];
  if (pending.length > 0)
    throw new TocsinError('warehouse.not-migrated', `${database} lacks ${pending.join(', ')}`);
}

function httpOf({
  tls,
  ...config
}: Extract<WarehouseConfig, { readonly engine: 'clickhouse' }>): HttpOptions {
  const { ca, ...pair } = tls ?? {};
  return ca === undefined ? config : { ...config, tls: { ca, ...pair } };
}
