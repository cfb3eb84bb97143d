import type { Aggregate } from '../../schemas/aggregate.ts';
import { type TableName, tableNames, tableOf } from '../../schemas/clickhouse/index.ts';
import type { Incident } from '../../schemas/incident.ts';
import type { Output } from './outputs.ts';

type Rows = Readonly<Record<TableName, number>>;

/**
 * What the tables hold when so many of the outputs were written, round after round, and each was stored once. An incident and
 * an aggregate replace what was said of the same one before (schemas/clickhouse/v1-tables.ts), also what a round before said.
 */
export function rowsWanted(outputs: readonly Output[], written: number): Rows {
  const rows = Object.fromEntries(tableNames.map((table) => [table, 0])) as Record<TableName, number>;
  const rounds = Math.floor(written / outputs.length);
  const ofLastRound = written % outputs.length;
  const replacing = new Set<string>();
  for (const [place, output] of outputs.entries()) {
    const times = place < ofLastRound ? rounds + 1 : rounds;
    const table = tableOf[output.topic];
    const key = replacedBy(output);
    if (key === null) rows[table] += times;
    else if (times > 0 && !replacing.has(`${table} ${key}`)) {
      replacing.add(`${table} ${key}`);
      rows[table] += 1;
    }
  }
  return rows;
}

/** The sort key of the tables whose rows replace each other; null: none does. */
function replacedBy({ topic, value }: Output): string | null {
  // The value is of the topic that it was read from.
  if (topic === 'incidents') {
    const { tenant, id, generation } = value as unknown as Incident;
    return JSON.stringify([tenant, id, generation]);
  }
  if (topic !== 'aggregates') return null;
  const { tenant, service, severity, name, windowStart } = value as unknown as Aggregate;
  return JSON.stringify([tenant, service, severity, name, windowStart]);
}

/** Rows that are too many, and rows that are missing; those of one table do not make up for those of another. */
export function astray(wanted: Rows, found: Rows): number {
  return tableNames.reduce((sum, table) => sum + Math.abs(found[table] - wanted[table]), 0);
}
