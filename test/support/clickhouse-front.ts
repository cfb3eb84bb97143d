import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import type { Connected } from '../../pipeline/warehouse/index.ts';
import { RowsFile } from '../../pipeline/warehouse/rows-file.ts';

/** What happens to a request: it is lost on the way, or its answer is. */
type Fault = 'request' | 'answer';

/**
 * The part of ClickHouse's HTTP interface that the warehouse uses, over the engine in this process: no registry offers a
 * current server. Statements, settings, parameters, formats, errors and deduplication are the engine's own.
 */
export class ClickHouseFront {
  readonly #server: Server;
  readonly #engine: Connected;
  readonly #rowsFile: RowsFile;
  readonly #login: string | null;
  #faults: Fault[] = [];
  #tail: Promise<unknown> = Promise.resolve();
  /** Addresses of the requests so far. */
  readonly requests: URL[] = [];

  private constructor(engine: Connected, rowsFile: RowsFile, login: string | null) {
    this.#engine = engine;
    this.#rowsFile = rowsFile;
    this.#login = login === null ? null : `Basic ${Buffer.from(login).toString('base64')}`;
    this.#server = createServer((request, response) => {
      const answered = this.#tail.then(() => this.#respond(request, response));
      this.#tail = answered.catch(() => response.destroy());
    });
  }

  /** `login` is `user:password`; without it everybody may do everything. */
  static async open(engine: Connected, login: string | null = null): Promise<ClickHouseFront> {
    const front = new ClickHouseFront(engine, await RowsFile.open(tmpdir()), login);
    await new Promise<void>((resolve) => front.#server.listen(0, '127.0.0.1', resolve));
    return front;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The next requests meet these faults, one each. */
  lose(...faults: readonly Fault[]): void {
    this.#faults = [...faults];
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
    await this.#rowsFile.close();
  }

  async #respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://front');
    this.requests.push(url);
    const body = await textOf(request);
    const fault = this.#faults.shift();
    if (fault === 'request') return void response.destroy();
    const { status, text } = await this.#answer(request.headers.authorization ?? '', url, body);
    if (fault === 'answer') return void response.destroy();
    response.writeHead(status, status === 200 ? {} : { 'x-clickhouse-exception-code': '1' });
    response.end(text);
  }

  async #answer(
    login: string,
    { searchParams }: URL,
    body: string,
  ): Promise<{ status: number; text: string }> {
    if (this.#login !== null && login !== this.#login)
      return { status: 403, text: exception(516, 'Authentication failed', 'AUTHENTICATION_FAILED') };
    try {
      const query = searchParams.get('query');
      const text =
        query === null ? await this.#run(body, searchParams) : await this.#insert(query, searchParams, body);
      return { status: 200, text };
    } catch (error) {
      const { code = 1, message = String(error), type = 'UNKNOWN' } = Object(error);
      return { status: 500, text: exception(Number(code), String(message), String(type)) };
    }
  }

  async #run(query: string, search: URLSearchParams): Promise<string> {
    const { stream } = await this.#engine.client.exec({
      query,
      query_params: parametersIn(search),
      clickhouse_settings: settingsIn(search),
    });
    return textOf(stream);
  }

  /** The engine here cannot take rows after a statement (docs/decisions/0012); to the table it is the same insert. */
  async #insert(query: string, search: URLSearchParams, rows: string): Promise<string> {
    const [, head, format] = /^(INSERT INTO \S+ \([^)]*\)) FORMAT (\w+)$/.exec(query) ?? [];
    if (head === undefined || format === undefined) throw new Error(`the front cannot read ${query}`);
    await this.#rowsFile.replace([rows]);
    const settings = { ...settingsIn(search), deduplicate_insert_select: 'force_enable' };
    const clause = Object.entries(settings).map(([name, value]) => `${name} = '${value}'`);
    const source = `file(${this.#rowsFile.descriptor}, ${format})`;
    await this.#engine.client.command({
      query: `${head} SETTINGS ${clause.join(', ')} SELECT * FROM ${source}`,
    });
    return '';
  }
}

/** As the server words it: the client reads number, text and name back from it. */
function exception(code: number, message: string, type: string): string {
  return `Code: ${code}. DB::Exception: ${message}. (${type}) (version 26.7.1.1)\n`;
}

async function textOf(stream: AsyncIterable<unknown>): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(Buffer.from(part as Uint8Array));
  return Buffer.concat(parts).toString();
}

const notSettings = ['query', 'query_id', 'database', 'session_id', 'role'];

function settingsIn(search: URLSearchParams): Record<string, string> {
  const isSetting = (name: string) => !notSettings.includes(name) && !name.startsWith('param_');
  return Object.fromEntries([...search].filter(([name]) => isSetting(name)));
}

/** Parameters as values again: texts without the escapes of the address, and lists of texts. */
function parametersIn(search: URLSearchParams): Record<string, unknown> {
  const values = [...search].filter(([name]) => name.startsWith('param_'));
  return Object.fromEntries(
    values.map(([name, text]) => [
      name.slice('param_'.length),
      text.startsWith('[') ? listOf(text) : unescaped(text),
    ]),
  );
}

function listOf(text: string): readonly string[] {
  return [...text.matchAll(/'((?:[^'\\]|\\.)*)'/g)].map(([, item = '']) => unescaped(item));
}

const escapes: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r' };

function unescaped(text: string): string {
  return text.replaceAll(/\\(.)/g, (_, character: string) => escapes[character] ?? character);
}
