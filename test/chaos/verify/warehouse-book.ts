import { createHash } from 'node:crypto';
import type { LogRecord } from '../../../pipeline/broker/index.ts';
import type { Seen } from '../../../pipeline/replay/index.ts';
import { rowOf, type Warehouse } from '../../../pipeline/warehouse/index.ts';
import { type TableName, tableOf } from '../../../schemas/clickhouse/index.ts';
import { topics } from '../../../schemas/topics.ts';
import { Trails } from './trail.ts';

type Queries = Pick<Warehouse, 'query'>;
type Row = Readonly<Record<string, unknown>>;

/** Tables that keep every row, and what their rows stand in order of. */
const whole = ['alerts', 'decisions'] as const satisfies readonly TableName[];

/** Tables that keep the newest row of each key. */
const newest = {
  incidents: ['tenant', 'id', 'generation'],
  aggregates_1m: ['tenant', 'service', 'name', 'severity', 'window_start'],
} as const satisfies Partial<Record<TableName, readonly string[]>>;
type NewestTable = keyof typeof newest;

export interface TableCheck {
  readonly table: string;
  readonly rows: number;
  /** A sentence for each thing that is wrong, the first few. */
  readonly wrong: readonly string[];
}

const pageRows = 20_000;
const mostSentences = 5;

/**
 * What the warehouse must hold, from the output topics: each row as a hash, in the order of its origin where the table keeps
 * all rows, by its key where it keeps the newest.
 */
export class WarehouseBook {
  readonly #whole = new Map<TableName, Trails>(whole.map((table) => [table, new Trails()]));
  readonly #newest = new Map<TableName, Map<string, string>>(
    Object.keys(newest).map((table) => [table as NewestTable, new Map()]),
  );
  readonly #columns = new Map<TableName, readonly string[]>();

  /** Takes a record; each must be given once, those of a partition in their order. */
  add({ topic, value }: Seen, { timestamp }: LogRecord): void {
    // The row of a topic's value; the pair is not followed through the generic call.
    const row = rowOf(topic, value as never, { topic: topics[topic].name, at: timestamp });
    const table = tableOf[topic];
    const printed = printedRow(row);
    if (!this.#columns.has(table)) this.#columns.set(table, Object.keys(row));
    this.#whole
      .get(table)
      ?.at(row.topic, row.origin_shard)
      .add(null, Buffer.from(textOf(printed)));
    // Revisions of a key only grow along a partition, and a key has one partition.
    this.#newest.get(table)?.set(keyOf(table, printed), hashOf(printed));
  }

  async compare(warehouse: Queries): Promise<readonly TableCheck[]> {
    const checks: TableCheck[] = [];
    for (const [table, expected] of this.#whole)
      checks.push(await this.#compareWhole(warehouse, table, expected));
    for (const [table, expected] of this.#newest)
      checks.push(await this.#compareNewest(warehouse, table, expected));
    for (const rollUp of rollUps) checks.push(await compareRollUp(warehouse, rollUp));
    return checks;
  }

  async #compareWhole(warehouse: Queries, table: TableName, expected: Trails): Promise<TableCheck> {
    const found = new Trails();
    const order = 'topic, origin_shard, origin_offset, origin_n';
    let after: Row = { topic: '', origin_shard: -1, origin_offset: 0, origin_n: 0 };
    for (let rows: Row[] = [after]; rows.length > 0; after = rows.at(-1) ?? after) {
      rows = await warehouse.query<Row>(
        `SELECT ${this.#columnsOf(table)} FROM {db}.${table} WHERE (${order}) >
          ({topic:String}, {shard:Int32}, {offset:UInt64}, {n:UInt32}) ORDER BY ${order} LIMIT ${pageRows}`,
        pageAfter(after),
      );
      for (const row of rows)
        found.at(String(row['topic']), Number(row['origin_shard'])).add(null, Buffer.from(textOf(row)));
    }
    const twice = await warehouse.query<{ rows: number }>(
      `SELECT count() AS rows FROM (SELECT 1 FROM {db}.${table} GROUP BY ${order} HAVING count() > 1)`,
    );
    const doubled = Number(twice[0]?.rows ?? 0);
    const differences = found.differencesFrom(expected).slice(0, mostSentences);
    const wrong =
      doubled === 0 ? differences : [...differences, `${doubled} origins are stored more than once`];
    return { table, rows: found.records, wrong };
  }

  async #compareNewest(
    warehouse: Queries,
    table: TableName,
    expected: ReadonlyMap<string, string>,
  ): Promise<TableCheck> {
    const left = new Map(expected);
    const wrong: string[] = [];
    let rows = 0;
    const buckets = Math.ceil((expected.size + 1) / pageRows);
    for (let bucket = 0; bucket < buckets; bucket += 1) {
      const found = await warehouse.query<Row>(
        `SELECT ${this.#columnsOf(table)} FROM {db}.${table} FINAL
          WHERE cityHash64(${newest[table as NewestTable].join(', ')}) % {buckets:UInt32} = {bucket:UInt32}`,
        { buckets, bucket },
      );
      rows += found.length;
      for (const row of found) {
        const key = keyOf(table, row);
        if (left.get(key) !== hashOf(row)) wrong.push(`${table} ${key} is not the newest of the topic`);
        left.delete(key);
      }
    }
    for (const key of left.keys()) wrong.push(`${table} ${key} is missing`);
    return { table, rows, wrong: wrong.slice(0, mostSentences) };
  }

  #columnsOf(table: TableName): string {
    return this.#columns.get(table)?.join(', ') ?? 'topic, origin_shard, origin_offset, origin_n';
  }
}

interface RollUp {
  readonly table: string;
  readonly rolledUp: string;
  readonly fromBase: string;
}

const alertKeys = 'hour, tenant, service, name, severity, suppressed_by';
const decisionKeys = 'hour, tenant, stage, outcome, reason';

/** What each roll-up adds up to, and the same from its base table. */
const rollUps: readonly RollUp[] = [
  {
    table: 'alerts_hourly',
    rolledUp: `SELECT ${alertKeys}, sum(outputs), sum(firsts), sum(resolves), sum(lates), uniqMerge(occurrences)
      FROM {db}.alerts_hourly GROUP BY ${alertKeys}`,
    fromBase: `SELECT toDateTime(toStartOfHour(last_seen), 'UTC') AS hour, tenant, service, name, severity,
        if(is_suppressed, if(suppression_kind = '', 'unknown', toString(suppression_kind)), '') AS suppressed_by,
        count(), countIf(emit_reason = 'first'), countIf(emit_reason IN ('resolved', 'timed-out')), countIf(is_late),
        uniq(occurrence)
      FROM {db}.alerts GROUP BY ${alertKeys}`,
  },
  {
    table: 'decisions_hourly',
    rolledUp: `SELECT ${decisionKeys}, sum(decisions), sum(alerts) FROM {db}.decisions_hourly GROUP BY ${decisionKeys}`,
    fromBase: `SELECT toDateTime(toStartOfHour(event_time), 'UTC') AS hour, tenant, stage, outcome, reason,
        count(), sum(count)
      FROM {db}.decisions GROUP BY ${decisionKeys}`,
  },
];

async function compareRollUp(warehouse: Queries, { table, rolledUp, fromBase }: RollUp): Promise<TableCheck> {
  const countOf = async (sql: string) => Number((await warehouse.query<{ n: number }>(sql))[0]?.n ?? -1);
  const rows = await countOf(`SELECT count() AS n FROM (${rolledUp})`);
  const extra = await countOf(`SELECT count() AS n FROM (${rolledUp} EXCEPT ${fromBase})`);
  const missing = await countOf(`SELECT count() AS n FROM (${fromBase} EXCEPT ${rolledUp})`);
  const isEqual = extra === 0 && missing === 0 && rows > 0;
  const sentence = `${extra} of ${rows} sums are not those of the base table, ${missing} of its sums are not there`;
  return { table, rows, wrong: isEqual ? [] : [sentence] };
}

function pageAfter(row: Row) {
  return {
    topic: String(row['topic']),
    shard: Number(row['origin_shard']),
    offset: Number(row['origin_offset']),
    n: Number(row['origin_n']),
  };
}

const isTime = /^at$|_at$|_seen$|_since$|_until$|_time$|^window_/;

/** A row as a query prints it: times in ISO 8601, everything else as it was sent. */
function printedRow(row: object): Row {
  const cells = Object.entries(row).map(([name, value]) => [
    name,
    isTime.test(name) ? new Date(value).toISOString() : value,
  ]);
  return Object.fromEntries(cells);
}

/** Columns in the order of the SELECT; the keys of maps sorted, since a map has no order. */
function textOf(row: Row): string {
  return JSON.stringify(row, (_name, value: unknown) =>
    isMap(value) && value !== row ? sortedMap(value) : value,
  );
}

function isMap(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function sortedMap(map: Row): Row {
  return Object.fromEntries(Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function hashOf(row: Row): string {
  return createHash('sha1').update(textOf(row)).digest('base64');
}

function keyOf(table: TableName, row: Row): string {
  if (!(table in newest)) return '';
  return newest[table as NewestTable].map((column) => String(row[column])).join('/');
}
