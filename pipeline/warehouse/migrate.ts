import {
  bootstrap,
  checksumOf,
  type Migration,
  migrations,
  statementsFor,
} from '../../schemas/clickhouse/index.ts';
import { TocsinError } from '../../schemas/errors.ts';
import type { Parameters } from './warehouse.ts';

/** A database that takes statements. */
export interface Sql {
  query<T>(sql: string, parameters?: Parameters): Promise<T[]>;
  command(sql: string, parameters?: Parameters): Promise<void>;
}

interface Taken {
  readonly version: number;
  readonly name: string;
  readonly checksum: string;
}

const takenSteps = 'SELECT version, name, checksum FROM {db}.schema_migrations FINAL';

/**
 * Takes the steps that the database has not taken, in order, and returns their names. A step counts as taken after its
 * last statement; one cut short is repeated from its first. Two processes may do this at once: every statement can be
 * repeated, and a step noted twice is one row. Rejects with `warehouse.schema-mismatch` before changing anything.
 */
export async function migrateDatabase(
  sql: Sql,
  database: string,
  steps: readonly Migration[] = migrations,
): Promise<readonly string[]> {
  const setUp: Migration = { version: 0, name: 'bootstrap', statements: bootstrap };
  for (const statement of statementsFor(setUp, database)) await sql.command(statement);
  const missing = missingSteps(await sql.query<Taken>(takenSteps), steps, database);
  for (const step of missing) {
    for (const statement of statementsFor(step, database)) await sql.command(statement);
    // SELECT and not VALUES: `insertByFile` says why.
    await sql.command(
      'INSERT INTO {db}.schema_migrations (version, name, checksum) SELECT {version:UInt32}, {name:String}, {checksum:String}',
      { version: step.version, name: step.name, checksum: checksumOf(step) },
    );
  }
  return missing.map(({ name }) => name);
}

/**
 * Names of the steps that `migrateDatabase` would take; changes nothing, and the user need not be allowed to. Rejects with
 * `warehouse.schema-mismatch`.
 */
export async function pendingSteps(
  sql: Sql,
  database: string,
  steps: readonly Migration[] = migrations,
): Promise<readonly string[]> {
  const found = await sql.query(
    "SELECT 1 FROM system.tables WHERE database = {db:String} AND name = 'schema_migrations'",
    {
      db: database,
    },
  );
  const taken = found.length === 0 ? [] : await sql.query<Taken>(takenSteps);
  return missingSteps(taken, steps, database).map(({ name }) => name);
}

/** Which steps are left to take; refuses a database whose past is not a prefix of ours. */
export function missingSteps(
  taken: readonly Taken[],
  steps: readonly Migration[],
  database: string,
): readonly Migration[] {
  const known = new Map(steps.map((step) => [step.version, step]));
  for (const { version, name, checksum } of taken) {
    const step = known.get(version);
    if (step === undefined) {
      throw new TocsinError(
        'warehouse.schema-mismatch',
        `${database} has step ${version} (${name}), which is newer`,
      );
    }
    if (checksumOf(step) !== checksum) {
      throw new TocsinError('warehouse.schema-mismatch', `step ${version} (${name}) of ${database} differs`);
    }
  }
  const done = new Set(taken.map(({ version }) => version));
  return steps.filter(({ version }) => !done.has(version));
}
