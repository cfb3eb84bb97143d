import { TocsinError } from '../../schemas/errors.ts';
import type { ProduceRecord, Producer } from '../broker/index.ts';
import type { Clock } from '../time/index.ts';

export interface BatcherLimits {
  /** Most records, and bytes of values, that wait for the log; more are refused, so that an outage fills no memory. */
  readonly maxWaitingRecords: number;
  readonly maxWaitingBytes: number;
  /** Most records of one send. */
  readonly maxBatchRecords: number;
  /** Who waits longer hears that the log does not answer. What was under way then may come into the log still. */
  readonly patienceMs: number;
}

const defaults: BatcherLimits = {
  maxWaitingRecords: 10_000,
  maxWaitingBytes: 64 << 20,
  maxBatchRecords: 1_000,
  patienceMs: 10_000,
};

interface Waiting {
  readonly record: ProduceRecord;
  /** Null once nobody waits any more. */
  settle: ((error: Error | null) => void) | null;
}

/**
 * Sends single records to a cluster. An acknowledged send takes milliseconds and there is one at a time, so whatever
 * arrives meanwhile goes with the next one: many senders share one round trip.
 */
export class Batcher {
  readonly #producer: Pick<Producer, 'send'>;
  readonly #clock: Clock;
  readonly #limits: BatcherLimits;
  readonly #queue: Waiting[] = [];
  /** Queued and under way. */
  #records = 0;
  #bytes = 0;
  #isSending = false;

  constructor(producer: Pick<Producer, 'send'>, clock: Clock, limits: Partial<BatcherLimits> = {}) {
    this.#producer = producer;
    this.#clock = clock;
    this.#limits = { ...defaults, ...limits };
  }

  /** Resolves when the log has the record. Rejects with `api.not-taking` when too much waits, and as the producer does. */
  readonly put = (record: ProduceRecord): Promise<void> => {
    const { maxWaitingRecords, maxWaitingBytes } = this.#limits;
    if (this.#records >= maxWaitingRecords || this.#bytes >= maxWaitingBytes)
      return Promise.reject(
        new TocsinError('api.not-taking', `${this.#records} records wait for the log already`),
      );
    this.#records += 1;
    this.#bytes += sizeOf(record);
    const settled = this.#enqueue(record);
    void this.#sendAll();
    return settled;
  };

  #enqueue(record: ProduceRecord): Promise<void> {
    const { patienceMs } = this.#limits;
    return new Promise((resolve, reject) => {
      const waiting: Waiting = {
        record,
        settle: (error) => {
          waiting.settle = null;
          forget();
          if (error === null) resolve();
          else reject(error);
        },
      };
      const forget = this.#clock.schedule(this.#clock.now() + patienceMs, () =>
        waiting.settle?.(new TocsinError('broker.unavailable', `no answer within ${patienceMs} ms`)),
      );
      this.#queue.push(waiting);
    });
  }

  async #sendAll(): Promise<void> {
    if (this.#isSending) return;
    this.#isSending = true;
    while (this.#queue.length > 0) await this.#sendSome();
    this.#isSending = false;
  }

  async #sendSome(): Promise<void> {
    const taken = this.#queue.splice(0, this.#limits.maxBatchRecords);
    // Who gave up while it was queued sends it again: it need not come in twice.
    const wanted = taken.filter(({ settle }) => settle !== null);
    const error = await this.#send(wanted);
    if (error !== null && wanted.length > 1 && isRefusal(error)) {
      for (const one of wanted) one.settle?.(await this.#send([one]));
    }
    for (const { record, settle } of taken) {
      this.#records -= 1;
      this.#bytes -= sizeOf(record);
      settle?.(error);
    }
  }

  async #send(waiting: readonly Waiting[]): Promise<Error | null> {
    try {
      if (waiting.length > 0) await this.#producer.send(waiting.map(({ record }) => record));
      return null;
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
  }
}

/** One record that the broker will not have, too large for it, is no fault of those beside it. */
function isRefusal(error: Error): boolean {
  return error instanceof TocsinError && error.code === 'broker.invalid-record';
}

function sizeOf({ value, headers = {} }: ProduceRecord): number {
  const inHeaders = Object.values(headers).reduce((sum, bytes) => sum + bytes.length, 0);
  return (value?.length ?? 0) + inHeaders;
}
