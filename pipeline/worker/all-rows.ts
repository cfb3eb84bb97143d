import type { RowChange } from '../state/index.ts';

interface Rows {
  rows(): Iterable<RowChange>;
  takeChanges(): Iterable<RowChange>;
}

/**
 * Every row of a shard once: as its changes have it, where it has changed since they were taken last. A store that has nothing of
 * the shard needs all of them, also what came out of a snapshot and is still the same.
 */
export function allRows(shard: Rows): readonly RowChange[] {
  const tables = new Map<string, Map<string, RowChange>>();
  for (const changes of [shard.rows(), shard.takeChanges()])
    for (const change of changes) {
      const rows = tables.get(change.table) ?? new Map<string, RowChange>();
      tables.set(change.table, rows.set(change.key, change));
    }
  return Array.from(tables.values()).flatMap((rows) => Array.from(rows.values()));
}
