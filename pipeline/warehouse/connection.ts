import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type ClickHouseClient, createClient } from '@clickhouse/client';
import { TocsinError } from '../../schemas/errors.ts';
import { insertByFile } from './insert-by-file.ts';
import type { RowsInto } from './printed-rows.ts';
import { RowsFile } from './rows-file.ts';
import { type Settings, settingsFor } from './settings.ts';

/** The engine, as calls reach it. */
export interface Connected {
  readonly client: ClickHouseClient;
  /** Calls share one session, and the file of rows: they must come one after another. */
  readonly isSerial: boolean;
  /** For every call but an insert: the insert has its own, with its token. */
  readonly settings: Settings;
  insert(rows: RowsInto): Promise<void>;
  close(): Promise<void>;
}

type ClientOptions = NonNullable<Parameters<typeof createClient>[0]>;

/** The part of chdb that is used; the package is optional, so its types are met by shape. */
export interface Chdb {
  createChdbConnection(options: { readonly path: string }): NonNullable<ClientOptions['connection']>;
}

export type LoadChdb = () => Promise<Chdb>;

// chdb's types are those of its own copy of the client's common package; the two differ in name only.
const importChdb: LoadChdb = async () => (await import('chdb/connection')) as unknown as Chdb;

/** Loads the engine (about 180 MB). Rejects with `warehouse.no-engine` when it is not installed or not for this platform. */
export async function loadChdb(load: LoadChdb = importChdb): Promise<Chdb> {
  try {
    return await load();
  } catch (cause) {
    throw new TocsinError('warehouse.no-engine', reasonFor(cause), { cause });
  }
}

/**
 * Opens the engine in this process on a data directory, which is made when it is missing. A process has one engine: a
 * second directory is refused while the first is open. Rejects with `warehouse.locked` then, and when another process has
 * the directory.
 */
export async function connectChdb(chdb: Chdb, path: string): Promise<Connected> {
  const directory = resolve(path);
  await mkdir(directory, { recursive: true });
  try {
    const connection = chdb.createChdbConnection({ path: directory });
    return await connected(createClient({ connection }), directory);
  } catch (cause) {
    // When another process holds the lock, the engine prints so to stderr itself and tells us only that it failed.
    throw new TocsinError('warehouse.locked', `${directory}: ${reasonFor(cause)}`, { cause });
  }
}

async function connected(client: ClickHouseClient, directory: string): Promise<Connected> {
  const rowsFile = await RowsFile.open(directory);
  const close = async () => {
    await client.close();
    await rowsFile.close();
  };
  const insert = (rows: RowsInto) => insertByFile(client, rowsFile, rows);
  return { client, isSerial: true, settings: settingsFor(), insert, close };
}

function reasonFor(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  if ('code' in cause && cause.code === 'ERR_MODULE_NOT_FOUND') return 'the package chdb is not installed';
  return cause.message.split('\n', 1)[0] ?? cause.message;
}
