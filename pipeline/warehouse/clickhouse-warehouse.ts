import { inDatabase } from '../../schemas/clickhouse/index.ts';
import type { Connected } from './connection.ts';
import { warehouseError } from './failure.ts';
import { migrateDatabase, pendingSteps } from './migrate.ts';
import { printedRows } from './printed-rows.ts';
import type { Insert, Parameters, Warehouse } from './warehouse.ts';

/** The warehouse in ClickHouse, in this process or across the network: only the connection differs. */
export class ClickHouseWarehouse implements Warehouse {
  readonly #connected: Connected;
  readonly #database: string;
  #tail: Promise<unknown> = Promise.resolve();

  /** `database` must be a plain identifier (`isDatabaseName`). */
  constructor(connected: Connected, database: string) {
    this.#connected = connected;
    this.#database = database;
  }

  migrate(): Promise<readonly string[]> {
    return migrateDatabase(this, this.#database);
  }

  /** Names of the steps that `migrate` would take; changes nothing. Rejects with `warehouse.schema-mismatch`. */
  pending(): Promise<readonly string[]> {
    return pendingSteps(this, this.#database);
  }

  async insert({ table, rows, bytes = printedRows(rows), token }: Insert): Promise<void> {
    const { columns, format } = bytes;
    if (columns.length === 0) return;
    await this.#call(`insert into ${table}`, () =>
      this.#connected.insert({
        ...{ into: `${this.#database}.${table}`, columns, format, token },
        portions: () => bytes.portions(),
      }),
    );
  }

  /** `{db}` in the statement stands for the database. */
  query<T>(sql: string, parameters: Parameters = {}): Promise<T[]> {
    return this.#call('query', async () => {
      const result = await this.#connected.client.query({
        query: inDatabase(sql, this.#database),
        query_params: { ...parameters },
        format: 'JSONEachRow',
        clickhouse_settings: this.#connected.settings,
      });
      return result.json<T>();
    });
  }

  /** A statement without rows to return; an INSERT must be one with SELECT (`insertByFile` says why). Rejects like `query`. */
  async command(sql: string, parameters: Parameters = {}): Promise<void> {
    await this.#call('command', () =>
      this.#connected.client.command({
        query: inDatabase(sql, this.#database),
        query_params: { ...parameters },
        clickhouse_settings: this.#connected.settings,
      }),
    );
  }

  async close(): Promise<void> {
    await this.#tail;
    await this.#connected.close();
  }

  async #call<T>(doing: string, act: () => Promise<T>): Promise<T> {
    const result = this.#connected.isSerial ? this.#tail.then(act) : act();
    // Only the order is kept: whoever made a failed call hears of it, those behind it do not.
    if (this.#connected.isSerial) this.#tail = result.catch(() => undefined);
    try {
      return await result;
    } catch (cause) {
      throw warehouseError(cause, doing);
    }
  }
}
