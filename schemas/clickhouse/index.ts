export type { Migration } from './migration.ts';
export { bootstrap, checksumOf, inDatabase, isDatabaseName, statementsFor } from './migration.ts';
export type { AggregateRow, AlertRow, DecisionRow, IncidentRow, Real, RowOf, TableName } from './tables.ts';
export { tableNames, tableOf, type WarehouseTopic, warehouseTopics } from './tables.ts';

import type { Migration } from './migration.ts';
import { tables } from './v1-tables.ts';
import { rollUps } from './v2-roll-ups.ts';
import { views } from './v3-views.ts';

/** All steps, in order. */
export const migrations: readonly Migration[] = [tables, rollUps, views];
