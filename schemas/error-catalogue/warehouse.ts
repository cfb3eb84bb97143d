import type { Entries } from './entry.ts';

/** The warehouse. */
export const warehouseErrors = {
  'warehouse.unavailable': {
    kind: 'neighbour',
    what: 'the warehouse does not answer',
    expected: 'a ClickHouse that accepts inserts',
    todo: 'nothing is lost: the warehouse group lags until it is back',
    exitCode: 69,
  },
  'warehouse.schema-mismatch': {
    kind: 'promise',
    what: 'the warehouse was migrated by another version',
    expected: 'the migrations of this version, unchanged, and none that it does not know',
    todo: 'run the version that migrated it, or a newer one, or use another database',
    exitCode: 78,
  },
  'warehouse.not-migrated': {
    kind: 'promise',
    what: 'the warehouse does not have the tables of this version, and the worker may not make them',
    expected: 'the migrations of this version, applied before it runs',
    todo: 'run tocsin clickhouse apply, or set warehouse.autoMigrate',
    exitCode: 78,
  },
  'warehouse.refused': {
    kind: 'promise',
    what: 'the warehouse refuses the statement',
    expected: 'the tables as `migrate` makes them, and SQL that ClickHouse accepts',
    todo: 'correct the statement, or compare the tables with the migrations',
    exitCode: 70,
  },
  'warehouse.no-access': {
    kind: 'promise',
    what: 'the warehouse refuses this user',
    expected: 'a user who may create the database of `warehouse.database`, and read and write in it',
    todo: 'correct user and password, or grant what the message names',
    exitCode: 78,
  },
  'warehouse.locked': {
    kind: 'promise',
    what: 'the data directory of the warehouse cannot be opened',
    expected: 'one process per data directory, and one data directory per process',
    todo: 'stop the other process, or set another `warehouse.path`',
    exitCode: 69,
  },
  'warehouse.no-engine': {
    kind: 'promise',
    what: 'there is no SQL engine here',
    expected: 'the optional package chdb (Linux with glibc, or macOS)',
    todo: 'npm install chdb, or use a ClickHouse server',
    exitCode: 69,
  },
} as const satisfies Entries;
