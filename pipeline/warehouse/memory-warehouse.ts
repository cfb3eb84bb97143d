import { type TableName, tableNames } from '../../schemas/clickhouse/index.ts';
import { TocsinError } from '../../schemas/errors.ts';
import type { Insert, Row, Warehouse } from './warehouse.ts';

/** Rows of one table, and how they divide by the word that says most about them. */
export interface TableSummary {
  readonly rows: number;
  readonly by: Readonly<Record<string, number>>;
}

export type WarehouseSummary = Readonly<Record<TableName, TableSummary>>;

/** As many tokens as a table remembers in ClickHouse. */
const tokenWindow = 10_000;

/** What is left of a warehouse without a SQL engine: counts. Its memory does not grow with the rows. */
export class MemoryWarehouse implements Warehouse {
  readonly #counts = new Map<TableName, Map<string, number>>(tableNames.map((table) => [table, new Map()]));
  readonly #tokens = new Set<string>();
  readonly #why: string;

  /** `why` there is no engine; `query` says it. */
  constructor(why = 'the warehouse keeps counts only') {
    this.#why = why;
  }

  async migrate(): Promise<readonly string[]> {
    return [];
  }

  async insert({ table, rows, token }: Insert): Promise<void> {
    if (isEmpty(rows) || !this.#isNew(`${table} ${token}`)) return;
    const counts = this.#counts.get(table);
    for (const row of rows) {
      const word = wordOf(row);
      counts?.set(word, (counts.get(word) ?? 0) + 1);
    }
  }

  async query<T>(): Promise<T[]> {
    throw new TocsinError('warehouse.no-engine', this.#why);
  }

  /** Rows per table: alerts by reason, incidents by state, decisions by outcome and reason, aggregates by finality. */
  summary(): WarehouseSummary {
    return {
      alerts: this.#summaryOf('alerts'),
      incidents: this.#summaryOf('incidents'),
      aggregates_1m: this.#summaryOf('aggregates_1m'),
      decisions: this.#summaryOf('decisions'),
    };
  }

  async close(): Promise<void> {}

  #summaryOf(table: TableName): TableSummary {
    const counts = [...(this.#counts.get(table) ?? [])].sort(([a], [b]) => (a < b ? -1 : 1));
    return { rows: counts.reduce((sum, [, count]) => sum + count, 0), by: Object.fromEntries(counts) };
  }

  #isNew(token: string): boolean {
    if (this.#tokens.has(token)) return false;
    this.#tokens.add(token);
    // A set iterates in the order of insertion: the first one is the oldest.
    const [oldest] = this.#tokens;
    if (this.#tokens.size > tokenWindow && oldest !== undefined) this.#tokens.delete(oldest);
    return true;
  }
}

function isEmpty(rows: Insert['rows']): boolean {
  for (const _ of rows) return false;
  return true;
}

function wordOf(row: Row): string {
  if ('emit_reason' in row) return row.is_suppressed ? 'suppressed' : row.emit_reason;
  if ('outcome' in row) return `${row.outcome}/${row.reason}`;
  if ('state' in row) return row.state;
  return row.is_final ? 'final' : 'provisional';
}
