import { once } from 'node:events';
import { Cluster } from 'ioredis';
import { TocsinError } from '../../../schemas/errors.ts';
import { type Client, connect } from './connect.ts';
import type { RedisOptions } from './connection-options.ts';
import { isRefusal, isWrongType, stateError } from './failure.ts';
import type { Script } from './scripts.ts';

/** What a script answers: a code, then values. */
export interface Answer {
  readonly code: string;
  readonly values: readonly Buffer[];
}

const revivalMs = 50;

/** The connection to Redis: runs scripts, each within a deadline, and speaks of failures in the words of the catalogue. */
export class RedisLink {
  readonly #client: Client;
  readonly #timeoutMs: number;
  /** Why the newest attempt to connect failed; what a timeout is really about. */
  #lastError: Error | null = null;
  #isClosed = false;
  #revival: NodeJS.Timeout | undefined;

  constructor(options: RedisOptions) {
    this.#timeoutMs = options.timeoutMs ?? 5_000;
    this.#client = connect(options, this.#timeoutMs);
    const note = (error: Error): void => {
      this.#lastError = error;
    };
    // Without a listener ioredis prints every failed attempt.
    this.#client.on('error', note);
    this.#client.on('node error', note);
    this.#client.on('ready', () => {
      this.#lastError = null;
    });
    this.#client.on('end', () => this.#revive());
  }

  /**
   * Runs a script on the server that holds `keys`. Rejects with `state.unavailable` (it may have run or not: run it
   * again), `state.refused` or `state.foreign-key`.
   */
  run(script: Script, keys: readonly string[], values: readonly (string | Buffer)[]): Promise<Answer> {
    const { name, sha, text } = script;
    return this.#within(name, async () => {
      const answer = this.#evaluate('EVALSHA', sha, keys, values).catch((error: unknown) => {
        // A server that restarted or took over has no scripts yet.
        if (error instanceof Error && error.message.includes('NOSCRIPT'))
          return this.#evaluate('EVAL', text, keys, values);
        throw error;
      });
      return answerOf(await answer.catch((error: unknown) => this.#blame(error, keys)), name);
    });
  }

  /** The eviction policy of each server that can hold a shard. */
  evictionPolicies(): Promise<readonly string[]> {
    return this.#within('INFO', async () => {
      const masters = this.#client instanceof Cluster ? this.#client.nodes('master') : [this.#client];
      const texts = await Promise.all(masters.map((master) => master.info('memory')));
      return texts.flatMap((text) => /maxmemory_policy:(\S+)/.exec(text)?.[1] ?? []);
    });
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#revival);
    this.#client.disconnect();
  }

  /**
   * ioredis gives up for good, whatever its retry strategy says, when a failover is announced while it asks a Sentinel
   * where the master is. Only `close` may end us.
   */
  #revive(): void {
    if (this.#isClosed) return;
    clearTimeout(this.#revival);
    this.#revival = setTimeout(() => this.#client.connect().catch(() => undefined), revivalMs);
  }

  /** Redis does not say which key it is that holds something else. */
  async #blame(error: unknown, keys: readonly string[]): Promise<never> {
    if (!isWrongType(error)) throw error;
    // Who may not ask is told of every key.
    const typeOf = (key: string): Promise<string> => this.#client.type(key).catch(() => 'unknown');
    const types = await Promise.all(keys.map(async (key) => ({ key, type: await typeOf(key) })));
    const foreign = types.filter(({ type }) => type !== 'hash' && type !== 'none');
    const named = foreign.map(({ key, type }) => `${key} is of type ${type}`).join(', ');
    throw new TocsinError('state.foreign-key', named, { cause: error });
  }

  #evaluate(how: 'EVAL' | 'EVALSHA', script: string, keys: readonly string[], values: readonly unknown[]) {
    return this.#client.callBuffer(how, script, keys.length, ...keys, ...(values as (string | Buffer)[]));
  }

  /** The deadline covers waiting for the connection as well: ioredis alone would queue without end. */
  async #within<T>(doing: string, act: () => Promise<T>): Promise<T> {
    const waiting = new AbortController();
    let timer: NodeJS.Timeout | undefined;
    const expired = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(this.#expiry()), this.#timeoutMs);
    });
    try {
      return await Promise.race([this.#ready(waiting.signal).then(act), expired]);
    } catch (cause) {
      throw stateError(cause, doing);
    } finally {
      clearTimeout(timer);
      waiting.abort();
    }
  }

  /** Waits for the connection; rejects early when the server will not have us. */
  async #ready(signal: AbortSignal): Promise<void> {
    while (this.#client.status !== 'ready') {
      if (this.#isClosed) throw new TocsinError('state.unavailable', 'the client is closed');
      if (this.#lastError !== null && isRefusal(this.#lastError)) throw this.#lastError;
      try {
        await once(this.#client, 'ready', { signal });
      } catch (error) {
        // `once` also ends when connecting fails, which another attempt may mend.
        if (signal.aborted) throw error;
      }
    }
  }

  #expiry(): Error {
    const waited = `no answer within ${this.#timeoutMs} ms`;
    return this.#lastError ?? new Error(waited);
  }
}

function answerOf(answer: unknown, name: string): Answer {
  const parts: readonly unknown[] = Array.isArray(answer) ? answer : [];
  const [code, ...values] = parts.filter((part) => Buffer.isBuffer(part));
  if (code === undefined || values.length + 1 !== parts.length)
    throw new TocsinError('invariant.broken', `script ${name} answered ${String(answer)}`);
  return { code: code.toString(), values };
}
