import { TocsinError } from '../../schemas/errors.ts';
import { ClickHouseWarehouse } from './clickhouse-warehouse.ts';
import type { WarehouseConfig } from './config.ts';
import { connectChdb, type LoadChdb, loadChdb } from './connection.ts';
import { MemoryWarehouse } from './memory-warehouse.ts';
import type { Warehouse } from './warehouse.ts';

/**
 * Opens and migrates the configured warehouse. With `engine: auto` and no chdb here, it is the summary in memory, and
 * one line to `say` tells so. Rejects with `warehouse.no-engine` (engine chdb, not installed), `warehouse.locked` or
 * `warehouse.schema-mismatch`. `load` replaces how chdb is found.
 */
export async function openWarehouse(
  config: WarehouseConfig,
  say: (line: string) => void,
  load?: LoadChdb,
): Promise<Warehouse> {
  if (config.engine === 'memory') return new MemoryWarehouse();
  try {
    const chdb = await loadChdb(load);
    const warehouse = new ClickHouseWarehouse(await connectChdb(chdb, config.path), config.database);
    return await migrated(warehouse);
  } catch (error) {
    const isMissing = error instanceof TocsinError && error.code === 'warehouse.no-engine';
    if (!isMissing || config.engine === 'chdb') throw error;
    say(
      `No SQL warehouse: ${error.detail}. Counting in memory instead; npm install chdb to query the results.`,
    );
    return new MemoryWarehouse(error.detail);
  }
}

/** Closes what cannot be used, since the engine would keep its data directory locked. */
async function migrated(warehouse: Warehouse): Promise<Warehouse> {
  try {
    await warehouse.migrate();
    return warehouse;
  } catch (error) {
    await warehouse.close();
    throw error;
  }
}
