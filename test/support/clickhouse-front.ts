import type { DataFormat } from '@clickhouse/client';
import type { Connected } from '../../pipeline/warehouse/index.ts';

/** What happens to a request: it is lost on the way, or its answer is. */
type Fault = 'request' | 'answer';

interface Front {
  readonly url: string;
  close(): Promise<void>;
}

interface FrontOptions {
  readonly login: string | null;
  readonly mishap: (url: URL) => Fault | null;
}

interface Engine {
  run(sql: string, format: DataFormat): Promise<Uint8Array>;
}

// Plain JavaScript without types: the launcher starts the same as a process of its own.
const { openClickHouseFront } = (await import(
  new URL('../../deploy/local/clickhouse-front.mjs', import.meta.url).href
)) as { openClickHouseFront(engine: Engine, options: FrontOptions): Promise<Front> };

/** ClickHouse's HTTP interface over the engine of a test file, with the faults that a test asks for. */
export class ClickHouseFront {
  readonly #front: Front;
  readonly #faults: Fault[];
  /** Addresses of the requests so far. */
  readonly requests: URL[];

  private constructor(front: Front, requests: URL[], faults: Fault[]) {
    this.#front = front;
    this.requests = requests;
    this.#faults = faults;
  }

  /** `login` is `user:password`; without it everybody may do everything. */
  static async open(connected: Connected, login: string | null = null): Promise<ClickHouseFront> {
    const requests: URL[] = [];
    const faults: Fault[] = [];
    const mishap = (url: URL): Fault | null => {
      requests.push(url);
      return faults.shift() ?? null;
    };
    const front = await openClickHouseFront(engineOf(connected), { login, mishap });
    return new ClickHouseFront(front, requests, faults);
  }

  get url(): string {
    return this.#front.url;
  }

  /** The next requests meet these faults, one each. */
  lose(...faults: readonly Fault[]): void {
    this.#faults.splice(0, this.#faults.length, ...faults);
  }

  close(): Promise<void> {
    return this.#front.close();
  }
}

/** The engine under its client: a file has one engine, and its warehouses use it as well. */
function engineOf({ client }: Connected): Engine {
  return {
    run: async (sql, format) => {
      try {
        const { stream } = await client.exec({ query: sql, clickhouse_settings: { default_format: format } });
        const parts: Uint8Array[] = [];
        for await (const part of stream) parts.push(Buffer.from(part));
        return Buffer.concat(parts);
      } catch (error) {
        // The engine's own words; the client has taken them apart.
        throw Object(error).cause ?? error;
      }
    },
  };
}
