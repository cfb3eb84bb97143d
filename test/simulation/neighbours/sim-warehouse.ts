import type { Insert, Row, Warehouse } from '../../../pipeline/warehouse/index.ts';
import { type TableName, tableNames } from '../../../schemas/clickhouse/index.ts';
import { TocsinError } from '../../../schemas/errors.ts';
import type { Journal } from '../machine/journal.ts';
import { type Network, NoAnswer, type SimNode } from '../machine/network.ts';
import type { SimProcess } from '../machine/sim-process.ts';

/** `non_replicated_deduplication_window` of our tables is 10,000; the least that protocol.md asks for is this (H23). */
const tokenWindow = 1_000;
const insertTimeoutMs = 2_000;

/** ClickHouse: tables that remember their newest tokens, and a count that is fed by every insert that is stored. */
export class WarehouseServer {
  readonly node: SimNode = { name: 'clickhouse', number: 9, isUp: true };
  readonly #tables = new Map<TableName, Row[]>(tableNames.map((table) => [table, []]));
  readonly #materialized = new Map<TableName, number>();
  readonly #journal: Journal;
  readonly #tokens = new Map<TableName, Set<string>>(tableNames.map((table) => [table, new Set()]));

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  rows(table: TableName): readonly Row[] {
    return this.#tables.get(table) ?? [];
  }

  /** What a materialised view has counted of the table. */
  materialized(table: TableName): number {
    return this.#materialized.get(table) ?? 0;
  }

  insert({ table, token, ...insert }: Insert): void {
    const rows = [...insert.rows];
    const tokens = this.#tokens.get(table) ?? new Set();
    this.#journal.trace?.(`== insert of ${rows.length} ${token}${tokens.has(token) ? ', known' : ''}`);
    if (rows.length === 0 || tokens.has(token)) return;
    tokens.add(token);
    const [oldest] = tokens;
    if (tokens.size > tokenWindow && oldest !== undefined) tokens.delete(oldest);
    this.#tables.get(table)?.push(...rows);
    this.#materialized.set(table, this.materialized(table) + rows.length);
  }
}

/** The warehouse port of one process; as @clickhouse/client, it does not repeat inserts by itself. */
export class SimWarehouse implements Warehouse {
  readonly #process: SimProcess;
  readonly #server: WarehouseServer;
  readonly #network: Network;

  constructor(process: SimProcess, server: WarehouseServer, network: Network) {
    this.#process = process;
    this.#server = server;
    this.#network = network;
  }

  async migrate(): Promise<readonly string[]> {
    return [];
  }

  async insert(insert: Insert): Promise<void> {
    try {
      await this.#network.call<void>(this.#process, this.#server.node, {
        name: `insert ${insert.table}`,
        timeoutMs: insertTimeoutMs,
        serve: (respond) => {
          this.#server.insert(insert);
          respond({ value: undefined });
        },
      });
    } catch (error) {
      if (error instanceof NoAnswer) throw new TocsinError('warehouse.unavailable', error.message);
      throw error;
    }
  }

  async query<T>(): Promise<T[]> {
    throw new TocsinError('warehouse.no-engine', 'simulated');
  }

  async close(): Promise<void> {}
}
