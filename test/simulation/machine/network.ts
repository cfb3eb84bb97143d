import type { Random } from '../../../pipeline/demo/random.ts';
import { Connection } from './connection.ts';
import { Exchange } from './exchange.ts';
import type { Journal } from './journal.ts';
import type { SimProcess } from './sim-process.ts';
import type { Timeline } from './timeline.ts';

/** How messages fare; chances are per message. */
export interface Weather {
  readonly minMs: number;
  readonly maxMs: number;
  readonly slowChance: number;
  readonly slowMaxMs: number;
  readonly loseRequest: number;
  readonly loseAnswer: number;
}

export const fairWeather: Weather = {
  ...{ minMs: 1, maxMs: 4 },
  ...{ slowChance: 0, slowMaxMs: 0, loseRequest: 0, loseAnswer: 0 },
};

/** A server, or one node of it. */
export interface SimNode {
  readonly name: string;
  readonly number: number;
  isUp: boolean;
}

export type Outcome<T> = { readonly value: T } | { readonly error: unknown };

export interface Call<T> {
  readonly name: string;
  /** After so long the caller gives up on the answer. Infinite for requests that the server may park. */
  readonly timeoutMs: number;
  /** What the server does with the request; it may respond later. */
  readonly serve: (respond: (outcome: Outcome<T>) => void) => void;
}

/** Nobody knows whether the request was carried out. */
export class NoAnswer extends Error {
  constructor(name: string, node: string) {
    super(`no answer from ${node} to ${name}`);
  }
}

export interface NetworkOptions {
  readonly timeline: Timeline;
  readonly random: Random;
  readonly journal: Journal;
}

/** How soon a client notices that its connection is gone. */
const maxNoticeMs = 60;

/** Carries requests and answers between processes and servers, over one connection at a time for each pair. */
export class Network {
  weather: Weather = fairWeather;
  readonly timeline: Timeline;
  readonly journal: Journal;
  readonly #random: Random;
  readonly #connections = new Map<number, Connection>();

  constructor({ timeline, random, journal }: NetworkOptions) {
    this.timeline = timeline;
    this.#random = random;
    this.journal = journal;
  }

  /** Rejects with `NoAnswer`, or with the error that the server responded with. */
  call<T>(from: SimProcess, to: SimNode, call: Call<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      new Exchange({ from, to, call, resolve, reject }, this).begin();
    });
  }

  /** A message from a server to a process, outside of any connection. */
  tell(to: SimProcess, act: () => void): void {
    this.timeline.after(this.delay('notice'), () => to.reach(act));
  }

  losesRequest(): boolean {
    return this.weather.loseRequest > 0 && this.#random.chance(this.weather.loseRequest);
  }

  losesAnswer(): boolean {
    return this.weather.loseAnswer > 0 && this.#random.chance(this.weather.loseAnswer);
  }

  delay(name: string): number {
    const { minMs, maxMs, slowChance, slowMaxMs } = this.weather;
    if (slowChance > 0 && this.#random.chance(slowChance)) {
      this.journal.fault('slow message', () => name);
      return this.#random.int(maxMs, Math.max(maxMs, slowMaxMs));
    }
    return this.#random.int(minMs, maxMs);
  }

  noticeMs(): number {
    return this.#random.int(1, maxNoticeMs);
  }

  connection(from: SimProcess, to: SimNode): Connection {
    const key = keyOf(from, to);
    let connection = this.#connections.get(key);
    if (connection === undefined) {
      connection = new Connection();
      this.#connections.set(key, connection);
    }
    return connection;
  }

  /** Breaks the connection; the next message between these two goes over a new one. */
  disconnect(from: SimProcess, to: SimNode): void {
    const key = keyOf(from, to);
    this.#connections.get(key)?.break();
    this.#connections.delete(key);
  }

  /** Breaks all connections of a server. */
  disconnectAll(to: SimNode): void {
    for (const [key, connection] of [...this.#connections]) {
      if (key % nodes !== to.number) continue;
      connection.break();
      this.#connections.delete(key);
    }
  }
}

/** More than there are servers. */
const nodes = 16;

function keyOf(from: SimProcess, to: SimNode): number {
  return from.number * nodes + to.number;
}
