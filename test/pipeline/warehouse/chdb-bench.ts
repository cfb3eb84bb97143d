import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ClickHouseWarehouse,
  type Connected,
  connectChdb,
  loadChdb,
} from '../../../pipeline/warehouse/index.ts';
import type { TableName } from '../../../schemas/clickhouse/index.ts';
import { TocsinError } from '../../../schemas/errors.ts';
import type { WarehouseUnderTest } from '../../contracts/warehouse.ts';

/** Why chdb cannot be loaded here, or null when it can. */
export const chdbMissing: string | null = await loadChdb().then(
  () => null,
  (error: unknown) => (error instanceof TocsinError ? error.detail : String(error)),
);

/** The one engine of a test file, on a directory of its own; each warehouse gets a database of its own. */
export class ChdbBench {
  readonly #directory: string;
  readonly connected: Connected;
  #databases = 0;

  private constructor(directory: string, connected: Connected) {
    this.#directory = directory;
    this.connected = connected;
  }

  static async open(): Promise<ChdbBench> {
    const directory = await mkdtemp(join(tmpdir(), 'tocsin-chdb-'));
    return new ChdbBench(directory, await connectChdb(await loadChdb(), join(directory, 'data')));
  }

  get directory(): string {
    return join(this.#directory, 'data');
  }

  /** A name that no warehouse has used yet. */
  newDatabase(): string {
    this.#databases += 1;
    return `db${this.#databases}`;
  }

  get lastDatabase(): string {
    return `db${this.#databases}`;
  }

  /** A warehouse that leaves the engine open when it is closed. */
  warehouse(database = this.newDatabase()): ClickHouseWarehouse {
    return new SharedWarehouse(this.connected, database);
  }

  underTest(): WarehouseUnderTest {
    const warehouse = this.warehouse();
    return { warehouse, rows: (table) => rowsIn(warehouse, table), rolledUp: () => outputsIn(warehouse) };
  }

  async close(): Promise<void> {
    await this.connected.close();
    await rm(this.#directory, { recursive: true, force: true });
  }
}

class SharedWarehouse extends ClickHouseWarehouse {
  override async close(): Promise<void> {}
}

export async function rowsIn(warehouse: ClickHouseWarehouse, table: TableName): Promise<number> {
  const [answer] = await warehouse.query<{ n: number }>(`SELECT count() AS n FROM {db}.${table}`);
  return answer?.n ?? -1;
}

/** Alert outputs as the roll-up by hour counts them. */
export async function outputsIn(warehouse: ClickHouseWarehouse): Promise<number> {
  const [answer] = await warehouse.query<{ n: number }>('SELECT sum(outputs) AS n FROM {db}.alerts_hourly');
  return answer?.n ?? -1;
}
