import type { Connection, UnderWay } from './connection.ts';
import { type Call, type Network, NoAnswer, type Outcome, type SimNode } from './network.ts';
import type { SimProcess } from './sim-process.ts';

export interface ExchangeOptions<T> {
  readonly from: SimProcess;
  readonly to: SimNode;
  readonly call: Call<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (error: unknown) => void;
}

/** One request and its answer, or what becomes of them instead. */
export class Exchange<T> implements UnderWay {
  readonly #options: ExchangeOptions<T>;
  readonly #network: Network;
  readonly #connection: Connection;
  readonly #deadline: number;
  #isOver = false;

  constructor(options: ExchangeOptions<T>, network: Network) {
    this.#options = options;
    this.#network = network;
    this.#connection = network.connection(options.from, options.to);
    this.#deadline = network.timeline.now + options.call.timeoutMs;
  }

  begin(): void {
    const { timeline } = this.#network;
    this.#connection.carry(this);
    const arrival = Math.max(this.#connection.requestsAt, timeline.now + this.#network.delay(this.#name));
    this.#connection.requestsAt = arrival;
    // It arrives all the same, when nobody waits for it any more.
    if (arrival > this.#deadline) this.#giveUp('late request');
    timeline.at(arrival, () => this.#arrived());
  }

  /** The connection is gone; whether the request arrived before is not known. */
  broken(): void {
    this.#end(this.#network.timeline.now + this.#network.noticeMs(), null);
  }

  get #name(): string {
    return this.#options.call.name;
  }

  #arrived(): void {
    const { from, to, call } = this.#options;
    if (this.#connection.isBroken) return;
    if (!to.isUp || this.#network.losesRequest()) {
      this.#lose('request lost');
      return;
    }
    this.#network.journal.trace?.(`   ${from.name} ${call.name}`);
    call.serve((outcome) => this.#respond(outcome));
  }

  #respond(outcome: Outcome<T>): void {
    const { from, to } = this.#options;
    const { timeline } = this.#network;
    if (from.isDead || this.#isOver || this.#connection.isBroken) return;
    if (!to.isUp || this.#network.losesAnswer()) {
      this.#lose('answer lost');
      return;
    }
    const arrival = Math.max(this.#connection.answersAt, timeline.now + this.#network.delay(this.#name));
    this.#connection.answersAt = arrival;
    if (arrival > this.#deadline) this.#giveUp('late answer');
    else this.#end(arrival, outcome);
  }

  #lose(kind: 'request lost' | 'answer lost'): void {
    const { from, to } = this.#options;
    this.#network.journal.fault(kind, () => `${from.name} ${this.#name} ${to.name}`);
    this.#network.disconnect(from, to);
  }

  #giveUp(kind: 'late request' | 'late answer'): void {
    const { from, to } = this.#options;
    const { timeline, journal } = this.#network;
    journal.fault(kind, () => `${from.name} ${this.#name} ${to.name}`);
    this.#end(Math.max(this.#deadline, timeline.now), null);
  }

  /** Reaches the caller at `at`, once; without an outcome there is no answer. */
  #end(at: number, outcome: Outcome<T> | null): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#connection.settled(this);
    this.#network.timeline.at(at, () => this.#options.from.reach(() => this.#settle(outcome)));
  }

  #settle(outcome: Outcome<T> | null): void {
    const { to, resolve, reject } = this.#options;
    if (outcome === null) reject(new NoAnswer(this.#name, to.name));
    else if ('error' in outcome) reject(outcome.error);
    else resolve(outcome.value);
  }
}
