import { hash128 } from '../identity.ts';

/**
 * One step of the database's shape. Steps are never edited once released, only followed by another one: a database
 * remembers the checksum of each step it took. Every statement can be repeated (`IF NOT EXISTS`), since ClickHouse has
 * no transaction around them and a step cut short starts again from its first statement.
 */
export interface Migration {
  /** 1, 2, 3 … without gaps. */
  readonly version: number;
  readonly name: string;
  /** SQL in which `{db}` stands for the database. */
  readonly statements: readonly string[];
}

/** Checksum of the statements as written, before the database is named: 32 hex digits. */
export function checksumOf(migration: Migration): string {
  return hash128(migration.statements);
}

/** The statements of a step for one database; the name must be a plain identifier, as `isDatabaseName` says. */
export function statementsFor(migration: Migration, database: string): readonly string[] {
  return migration.statements.map((statement) => inDatabase(statement, database));
}

export function inDatabase(sql: string, database: string): string {
  return sql.replaceAll('{db}', database);
}

/** Names stand in SQL unquoted, so only plain identifiers are allowed. */
export function isDatabaseName(text: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]{0,63}$/.test(text);
}

/** Holds which steps a database has taken; it exists before the first step. A step taken twice leaves one row. */
export const bootstrap: readonly string[] = [
  'CREATE DATABASE IF NOT EXISTS {db}',
  `CREATE TABLE IF NOT EXISTS {db}.schema_migrations (
    version UInt32,
    name String,
    checksum String,
    applied_at DateTime('UTC') DEFAULT now()
  ) ENGINE = ReplacingMergeTree(applied_at) ORDER BY version`,
];
