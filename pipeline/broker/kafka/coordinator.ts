import { brokerError } from './broker-error.ts';
import type {
  CommitRequest,
  InnerBroker,
  InnerCluster,
  Membership,
  OffsetFetchAnswer,
  OffsetFetchRequest,
} from './kafkajs-insides.ts';

/** A question is asked this often, with this pause and a new look at who the coordinator is; five seconds at the least. */
const maxAttempts = 20;
const retryMs = 250;

/**
 * The coordinator of one group, wherever it is. kafkajs finds it when it joins and never again: when that broker dies, its
 * consumer breaks down, forgets its member id and joins as somebody new, and the group waits for the old member until its
 * session is over. The group itself moves to another broker within moments and knows its members there.
 */
export class Coordinator {
  readonly #groupId: string;
  readonly #cluster: InnerCluster;
  readonly #untapped: (broker: InnerBroker) => InnerBroker;
  #broker: InnerBroker;
  #search: Promise<void> | null = null;

  constructor(
    groupId: string,
    broker: InnerBroker,
    around: { readonly cluster: InnerCluster; readonly untapped: (broker: InnerBroker) => InnerBroker },
  ) {
    this.#groupId = groupId;
    this.#broker = broker;
    this.#cluster = around.cluster;
    this.#untapped = around.untapped;
  }

  /** Rejects when the group says something; while nobody can be reached there is nothing to hear. */
  async heartbeat(membership: Membership): Promise<void> {
    try {
      await this.#broker.heartbeat(membership);
    } catch (error) {
      if (!isAway(error)) throw error;
      void this.#find();
    }
  }

  async commit(request: CommitRequest): Promise<void> {
    await this.#untilHeard((broker) => broker.offsetCommit(request));
  }

  /** What the coordinator of this moment shows, all of it as of one moment. */
  committed(topics: OffsetFetchRequest['topics']): Promise<OffsetFetchAnswer> {
    return this.#untilHeard((broker) => broker.offsetFetch({ groupId: this.#groupId, topics }));
  }

  /** Rejects when the group says that this is not, or may soon not be, a member of its generation. */
  async verify(membership: Membership): Promise<void> {
    await this.#untilHeard((broker) => broker.heartbeat(membership));
  }

  async #untilHeard<T>(ask: (broker: InnerBroker) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await ask(this.#broker);
      } catch (error) {
        if (!isAway(error) || attempt === maxAttempts) throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, retryMs));
      await this.#find();
    }
  }

  /** Looks once at a time; stays with the old one when there is no answer. */
  #find(): Promise<void> {
    this.#search ??= this.#cluster
      .findGroupCoordinator({ groupId: this.#groupId })
      .then(
        (broker) => {
          this.#broker = this.#untapped(broker);
        },
        () => undefined,
      )
      .finally(() => {
        this.#search = null;
      });
    return this.#search;
  }
}

/** It cannot be reached, is not the coordinator any more, or has not loaded the group yet. */
export function isAway(error: unknown): boolean {
  return brokerError(error, '').code === 'broker.unavailable';
}
