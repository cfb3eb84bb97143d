import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis, type RedisOptions } from 'ioredis';
import { redisForTests, type ServiceForTests } from './services.ts';

const local = new URL('../../deploy/local/', import.meta.url);
// Plain JavaScript without types.
const { redisBinary } = (await import(new URL('redis.mjs', local).href)) as {
  redisBinary: () => Promise<string>;
};
const { freePorts } = (await import(new URL('processes.mjs', local).href)) as {
  freePorts: (count: number) => Promise<readonly number[]>;
};

/** The path of a Redis binary for suites that must stop, wipe or misconfigure a server of their own. */
export async function redisBinaryForTests(): Promise<ServiceForTests> {
  if (process.env['TOCSIN_TEST_SERVICES'] === 'off')
    return { missing: 'services are switched off (TOCSIN_TEST_SERVICES); run npm test' };
  const given = process.env['REDIS_SERVER'];
  if (given !== undefined && given !== '') return { address: given };
  // Fetches the binary under the launcher's lock, since several files may ask at once.
  const shared = await redisForTests();
  if ('missing' in shared) return shared;
  try {
    return { address: await redisBinary() };
  } catch (error) {
    return { missing: `${String(error)}; set REDIS_SERVER to a binary, or install Maven` };
  }
}

/** One server of a test's own, on a free port, with its data in a temporary folder. */
export class RedisServer {
  readonly port: number;
  readonly folder: string;
  readonly #command: string;
  readonly #args: readonly string[];
  /** What must come before any other argument: a config file. */
  #first: readonly string[] = [];
  #process: ChildProcess | null = null;

  private constructor(command: string, port: number, args: readonly string[]) {
    this.port = port;
    this.folder = mkdtempSync(join(tmpdir(), 'tocsin-redis-'));
    this.#command = command;
    this.#args = args;
  }

  /** `args` as on the command line: `--maxmemory-policy allkeys-lru`. */
  static async start(command: string, args: readonly string[] = []): Promise<RedisServer> {
    const server = new RedisServer(command, await freePort(), args);
    await server.start();
    return server;
  }

  /** A Sentinel; `configure` writes its file into the folder and returns the path. */
  static async startSentinel(command: string, configure: (folder: string) => string): Promise<RedisServer> {
    const server = new RedisServer(command, await freePort(), []);
    server.#first = [configure(server.folder), '--sentinel'];
    await server.start();
    return server;
  }

  get node(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** Starts it again with what it kept on disk. */
  async start(): Promise<void> {
    const own = ['--port', `${this.port}`, '--bind', '127.0.0.1', '--dir', this.folder];
    const kept = this.#first.length > 0 ? [] : ['--save', ''];
    const child = spawn(this.#command, [...this.#first, ...own, ...kept, ...this.#args], { stdio: 'ignore' });
    this.#process = child;
    const client = this.client({ retryStrategy: () => 20, maxRetriesPerRequest: null });
    const ended = once(child, 'exit').then(() => {
      throw new Error(`a Redis on port ${this.port} ended`);
    });
    try {
      await Promise.race([isUp(client), ended]);
    } finally {
      // It will end one day, and nobody waits for that any more.
      ended.catch(() => undefined);
      client.disconnect();
    }
  }

  /** As `kill -9`: nothing is written any more. */
  async kill(): Promise<void> {
    const child = this.#process;
    this.#process = null;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  /** Kills it and removes its data. */
  async remove(): Promise<void> {
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** A client for what the store does not do. */
  client(options: RedisOptions = {}): Redis {
    const client: Redis = new Redis({ ...options, port: this.port, host: '127.0.0.1' } as RedisOptions & {
      replyMapping: 'legacy';
    });
    client.on('error', () => undefined);
    return client;
  }

  /** Runs one command with a client of its own. */
  async tell(...command: readonly [string, ...(string | number)[]]): Promise<unknown> {
    const client = this.client();
    try {
      return await client.call(...(command as [string, ...string[]]));
    } finally {
      client.disconnect();
    }
  }
}

async function isUp(client: Redis): Promise<void> {
  await client.ping().catch((error: Error) => {
    // A server that asks for a password is up as well.
    if (!error.message.includes('NOAUTH')) throw error;
  });
}

/** One that no outgoing connection is given. */
export async function freePort(): Promise<number> {
  const [port = 0] = await freePorts(1);
  return port;
}
