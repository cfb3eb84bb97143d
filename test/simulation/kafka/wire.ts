import { type Call, type Network, NoAnswer, type Outcome, type SimNode } from '../machine/network.ts';
import type { SimProcess } from '../machine/sim-process.ts';
import { KafkaError } from './kafka-error.ts';
import type { SimCluster } from './sim-cluster.ts';

/** What a client waits for an answer, and how often it asks, as openClient sets it up for kafkajs. */
const requestTimeoutMs = 1_500;
const retry = { attempts: 4, firstMs: 20, factor: 3 };

/** The connections of one process to the brokers. */
export class Wire {
  readonly process: SimProcess;
  readonly cluster: SimCluster;
  readonly #network: Network;

  constructor(process: SimProcess, cluster: SimCluster, network: Network) {
    this.process = process;
    this.cluster = cluster;
    this.#network = network;
  }

  /** One request that the server answers at once. */
  ask<T>(to: SimNode, name: string, act: () => T, timeoutMs = requestTimeoutMs): Promise<T> {
    return this.call(to, {
      name,
      timeoutMs,
      serve: (respond) => respond(outcomeOf(act)),
    });
  }

  call<T>(to: SimNode, call: Omit<Call<T>, 'timeoutMs'> & { readonly timeoutMs?: number }): Promise<T> {
    return this.#network.call(this.process, to, {
      name: call.name,
      timeoutMs: call.timeoutMs ?? requestTimeoutMs,
      serve: (respond) => serve(call.serve, respond),
    });
  }

  /** Asks again while there is no answer, or the server is busy with the transaction before. */
  async patiently<T>(ask: () => Promise<T>): Promise<T> {
    let pauseMs = retry.firstMs;
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await ask();
      } catch (error) {
        const isBusy = error instanceof KafkaError && error.type === 'CONCURRENT_TRANSACTIONS';
        const isLast = attempt >= (isBusy ? 5 * retry.attempts : retry.attempts);
        if (isLast || !(isBusy || error instanceof NoAnswer)) throw error;
      }
      await this.pause(pauseMs);
      pauseMs = Math.min(200, pauseMs * retry.factor);
    }
  }

  pause(ms: number): Promise<void> {
    const { clock } = this.process;
    return new Promise((resolve) => {
      clock.schedule(clock.now() + ms, resolve);
    });
  }
}

/** What the server throws is its answer. */
function serve<T>(act: Call<T>['serve'], respond: (outcome: Outcome<T>) => void): void {
  try {
    act(respond);
  } catch (error) {
    respond({ error });
  }
}

function outcomeOf<T>(act: () => T): Outcome<T> {
  try {
    return { value: act() };
  } catch (error) {
    return { error };
  }
}
