import { type TableName, tableNames, tableOf } from '../../../schemas/clickhouse/index.ts';
import { topics } from '../../../schemas/topics.ts';
import type { SimWorld } from '../sim-world.ts';
import type { Appeared } from './check-outputs.ts';
import type { Violation } from './violation.ts';

/** Every first appearance below the committed offset is a row, once; and the materialised count says the same. */
export function checkWarehouse(world: SimWorld, appeared: readonly Appeared[]): Violation | null {
  const { offsets } = world.cluster.group('tocsin-warehouse');
  const expected = new Map<TableName, Set<string>>(tableNames.map((table) => [table, new Set()]));
  for (const { topic, partition, ...one } of appeared) {
    const { name } = topics[topic];
    const end = offsets.decided({ topic: name, partition })?.offset ?? 0;
    for (const [index, offset] of one.offsets.entries()) {
      const origin = one.expected[index]?.origin;
      if (offset < end && origin !== undefined)
        expected.get(tableOf[topic])?.add(`${name} ${partition} ${origin.offset} ${origin.n}`);
    }
  }
  for (const table of tableNames) {
    const violation = checkTable(world, table, expected.get(table) ?? new Set());
    if (violation !== null) return violation;
  }
  return null;
}

function checkTable(world: SimWorld, table: TableName, expected: ReadonlySet<string>): Violation | null {
  const rows = world.warehouseServer.rows(table);
  const found = new Set<string>();
  for (const { topic, origin_shard, origin_offset, origin_n } of rows) {
    const name = `${topic} ${origin_shard} ${origin_offset} ${origin_n}`;
    if (found.has(name)) return { check: 'warehouse: twice', detail: `${table} has ${name} twice` };
    found.add(name);
  }
  const missing = [...expected].find((name) => !found.has(name));
  if (missing !== undefined) return { check: 'warehouse: lost', detail: `${table} lacks ${missing}` };
  const foreign = [...found].find((name) => !expected.has(name));
  // A crash between insert and commit leaves rows above the committed offset; the drain has to have stored them.
  if (foreign !== undefined)
    return { check: 'warehouse: ahead', detail: `${table} has ${foreign}, not committed` };
  const counted = world.warehouseServer.materialized(table);
  if (counted === rows.length) return null;
  return {
    check: 'warehouse: view',
    detail: `${table} has ${rows.length} rows, its view counted ${counted}`,
  };
}

/** The sink has taken in what was in the logs at `ends`. */
export function checkSinkProgress(world: SimWorld, ends: ReadonlyMap<string, number>): Violation | null {
  const { offsets } = world.cluster.group('tocsin-warehouse');
  for (const [lane, end] of ends) {
    const [topic = '', partition] = lane.split('/');
    const reached = offsets.decided({ topic, partition: Number(partition) })?.offset ?? 0;
    if (reached < end)
      return { check: 'no progress', detail: `warehouse stands at ${reached} of ${end} in ${lane}` };
  }
  return null;
}
