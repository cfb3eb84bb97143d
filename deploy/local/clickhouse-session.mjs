// One session of a ClickHouse engine (chdb) in which every request is as if alone, as it is on a server over HTTP.
import { randomUUID } from 'node:crypto';
import { open, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What a request may name beside settings. */
const notSettings = new Set(['query', 'query_id', 'database', 'default_format', 'session_id', 'role']);

/** Settings of the HTTP server, which the engine does not know. */
const serverSettings = new Set([
  'wait_end_of_query',
  'buffer_size',
  'enable_http_compression',
  'http_response_buffer_size',
  'http_zlib_compression_level',
  'send_progress_in_http_headers',
  'http_headers_progress_interval_ms',
]);

const insertHead =
  /^\s*(INSERT\s+INTO\s+(?:TABLE\s+)?[\w.`"]+\s*(?:\([^)]*\))?)\s+FORMAT\s+(\w+)\s*(?:;\s*)?(\n|$)/i;

/**
 * Runs requests one after another. `engine.run(sql, format)` resolves to the bytes of the answer; it applies settings
 * to its session, so what an earlier request has set is taken back first.
 */
export class ClickHouseSession {
  #engine;
  #rows;
  #changed = new Set();
  #tail = Promise.resolve();

  constructor(engine, rows) {
    this.#engine = engine;
    this.#rows = rows;
  }

  static async open(engine) {
    return new ClickHouseSession(engine, await openUnnamedFile());
  }

  /** `search`: the address' parameters, as ClickHouse reads them; `body`: the rest of the statement, or its rows. */
  run(search, body) {
    const answer = this.#tail.then(() => this.#run(search, body));
    this.#tail = answer.catch(() => undefined);
    return answer;
  }

  async close() {
    await this.#tail;
    await this.#rows.close();
  }

  async #run(search, body) {
    const query = search.get('query');
    const head = insertHead.exec(query ?? body.subarray(0, 16_384).toString());
    if (head !== null) {
      const [statement, insert, format] = head;
      const rows = query === null ? body.subarray(Buffer.byteLength(statement)) : body;
      return this.#insert(search, { insert, format, rows });
    }
    const sql = query === null ? body.toString() : `${query}\n${body}`;
    const format = search.get('default_format') ?? 'TabSeparated';
    return this.#engine.run([...this.#preparation(search), sql].join('; '), format);
  }

  /**
   * The engine cannot take rows after a statement (docs/decisions/0012); to the table this is the same insert. Its
   * settings stand in the statement, since set before it they would make several statements of one.
   */
  async #insert(search, { insert, format, rows }) {
    await this.#rows.truncate(0);
    await writeAll(this.#rows, rows);
    const isRecognised = (search.get('insert_deduplication_token') ?? '') !== '';
    const settings = {
      ...settingsIn(search),
      // An insert whose token would not count must fail rather than be stored twice.
      deduplicate_insert_select: isRecognised ? 'force_enable' : 'enable_when_possible',
    };
    const clause = Object.entries(settings).map(([name, value]) => `${name} = ${quoted(value)}`);
    const sql = `${insert} SETTINGS ${clause.join(', ')} SELECT * FROM file(${this.#rows.fd}, ${format})`;
    return this.#engine.run([...this.#place(search), sql].join('; '), 'TabSeparated');
  }

  /** Statements that make the session what the request says, and nothing else. */
  #preparation(search) {
    const settings = Object.entries(settingsIn(search));
    const forgotten = [...this.#changed].filter((name) => !search.has(name));
    this.#changed = new Set(settings.map(([name]) => name));
    const parameters = [...search].filter(([name]) => name.startsWith('param_'));
    return [
      ...this.#place(search),
      ...forgotten.map((name) => `SET ${name} = DEFAULT`),
      ...[...settings, ...parameters].map(([name, value]) => `SET ${nameOf(name)} = ${quoted(value)}`),
    ];
  }

  #place(search) {
    return [`USE ${quotedName(search.get('database') ?? 'default')}`];
  }
}

function settingsIn(search) {
  return Object.fromEntries(
    [...search].filter(
      ([name]) => !notSettings.has(name) && !serverSettings.has(name) && !name.startsWith('param_'),
    ),
  );
}

function nameOf(name) {
  if (!/^\w+$/.test(name)) throw new Error(`Code: 115. DB::Exception: ${name}. (UNKNOWN_SETTING)`);
  return name;
}

function quoted(text) {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

function quotedName(text) {
  return `\`${text.replaceAll('\\', '\\\\').replaceAll('`', '\\`')}\``;
}

/** A file that the engine reads by its descriptor; nothing is left behind by a crash. */
async function openUnnamedFile() {
  const path = join(tmpdir(), `tocsin-rows-${randomUUID()}`);
  const file = await open(path, 'wx+', 0o600);
  await unlink(path);
  return file;
}

/** Writes at positions of its own, so that the descriptor still points to the start. */
async function writeAll(file, bytes) {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, done);
    done += bytesWritten;
  }
}
