import { describe, expect, test } from 'vitest';
import { migrateDatabase, type Sql } from '../../../pipeline/warehouse/migrate.ts';
import { checksumOf, type Migration, migrations } from '../../../schemas/clickhouse/index.ts';

const step = (version: number, ...statements: string[]): Migration => ({
  version,
  name: `step-${version}`,
  statements,
});
const one = step(1, 'CREATE a IN {db}');
const two = step(2, 'CREATE b IN {db}', 'CREATE c IN {db}');

/** A database that remembers what it was told; `failAt` names a statement that fails once. */
class FakeSql implements Sql {
  readonly done: string[] = [];
  readonly taken: { version: number; name: string; checksum: string }[] = [];
  failAt = '';

  async query<T>(): Promise<T[]> {
    // The only query asked for is the one for steps taken.
    return this.taken as T[];
  }

  async command(sql: string, parameters?: Record<string, unknown>): Promise<void> {
    if (this.failAt !== '' && sql.includes(this.failAt)) {
      this.failAt = '';
      throw new Error('connection lost');
    }
    if (parameters === undefined) this.done.push(sql);
    else this.taken.push(parameters as (typeof this.taken)[number]);
  }

  /** Statements of steps, without those that prepare the database for them. */
  get steps(): readonly string[] {
    return this.done.filter((sql) => !sql.includes('IF NOT EXISTS'));
  }
}

describe('migrateDatabase', () => {
  test('takes all steps in order, in the database it was given', async () => {
    const sql = new FakeSql();
    expect(await migrateDatabase(sql, 'mine', [one, two])).toEqual(['step-1', 'step-2']);
    expect(sql.steps).toEqual(['CREATE a IN mine', 'CREATE b IN mine', 'CREATE c IN mine']);
  });

  test('takes only the steps that are missing', async () => {
    const sql = new FakeSql();
    await migrateDatabase(sql, 'mine', [one]);
    expect(await migrateDatabase(sql, 'mine', [one, two])).toEqual(['step-2']);
  });

  test('a step cut short is taken again from its first statement', async () => {
    const sql = new FakeSql();
    sql.failAt = 'CREATE c';
    await expect(migrateDatabase(sql, 'mine', [one, two])).rejects.toThrow('connection lost');
    expect(sql.taken.map(({ version }) => version)).toEqual([1]);
    expect(await migrateDatabase(sql, 'mine', [one, two])).toEqual(['step-2']);
  });

  test('refuses a database that a newer version migrated, and leaves it alone', async () => {
    const sql = new FakeSql();
    await migrateDatabase(sql, 'mine', [one, two]);
    const before = sql.steps.length;
    const refused = { code: 'warehouse.schema-mismatch', detail: 'mine has step 2 (step-2), which is newer' };
    await expect(migrateDatabase(sql, 'mine', [one])).rejects.toMatchObject(refused);
    expect(sql.steps).toHaveLength(before);
  });

  test('refuses a database whose past differs, and takes no further step', async () => {
    const sql = new FakeSql();
    await migrateDatabase(sql, 'mine', [one]);
    const edited = step(1, 'CREATE a DIFFERENTLY IN {db}');
    const refused = { code: 'warehouse.schema-mismatch', detail: 'step 1 (step-1) of mine differs' };
    await expect(migrateDatabase(sql, 'mine', [edited, two])).rejects.toMatchObject(refused);
    expect(sql.taken).toHaveLength(1);
  });

  test('the name of the database does not enter the checksum', async () => {
    const [here, there] = [new FakeSql(), new FakeSql()];
    await migrateDatabase(here, 'here', migrations);
    await migrateDatabase(there, 'there', migrations);
    expect(here.taken).toEqual(there.taken);
    expect(here.taken[0]?.checksum).toBe(checksumOf(migrations[0] ?? one));
  });
});
