import { describe, expect, test } from 'vitest';
import {
  bootstrap,
  checksumOf,
  isDatabaseName,
  migrations,
  statementsFor,
} from '../../../schemas/clickhouse/index.ts';

const statements = migrations.flatMap((migration) => migration.statements);
const tables = statements.filter((sql) => sql.startsWith('CREATE TABLE'));

describe('migrations', () => {
  test('are numbered from 1 without gaps, and named apart', () => {
    expect(migrations.map(({ version }) => version)).toEqual(migrations.map((_, n) => n + 1));
    expect(new Set(migrations.map(({ name }) => name)).size).toBe(migrations.length);
  });

  test('of a release are never edited: a database remembers these checksums', () => {
    expect(
      Object.fromEntries(migrations.map((migration) => [migration.name, checksumOf(migration)])),
    ).toEqual({
      tables: '07297999689c19729965210cba96daad',
      'roll-ups': 'b6e6f1e2b7d690d5bc7451829a23d4f3',
      views: '64098030d757faedb82c3f0f802a2ccc',
    });
  });

  test('a changed statement changes the checksum', () => {
    const [first] = migrations;
    const edited = { version: 1, name: 'tables', statements: [`${first?.statements[0]} `] };
    expect(first && checksumOf({ ...first, statements: first.statements.slice(0, 1) })).not.toBe(
      checksumOf(edited),
    );
  });

  test.each([...bootstrap, ...statements].map((sql) => [sql.split('\n', 1)[0] ?? '', sql]))(
    '%s can be repeated and names its database',
    (_, sql) => {
      expect(sql).toContain('IF NOT EXISTS {db}');
      expect(statementsFor({ version: 1, name: '', statements: [sql] }, 'mine')[0]).not.toContain('{db}');
    },
  );

  test.each(tables.map((sql) => [sql.split(' (', 1)[0] ?? '', sql]))(
    '%s remembers tokens, has no NULL, and forgets by time of storage only',
    (_, sql) => {
      expect(sql).toContain('non_replicated_deduplication_window = 10000');
      expect(sql).not.toContain('Nullable');
      expect(sql).toMatch(/TTL stored_at \+ INTERVAL \d+ DAY/);
    },
  );

  test.each([
    ['tocsin', true],
    ['Tocsin_2', true],
    ['2tocsin', false],
    ['', false],
    ['to csin', false],
    ['a.b', false],
    ['x; DROP DATABASE y', false],
    ['a'.repeat(65), false],
  ])('%j as a database name is allowed: %s', (name, isAllowed) => {
    expect(isDatabaseName(name)).toBe(isAllowed);
  });
});
