import type { Consumer as Client, ConsumerCrashEvent, EachBatchPayload } from 'kafkajs';
import type { TocsinError } from '../../../schemas/errors.ts';
import { brokerError } from './broker-error.ts';

export interface RunOptions {
  readonly group: string;
  readonly topics: readonly string[];
  readonly eachBatch: (payload: EachBatchPayload) => Promise<void>;
  /** The client library has broken down, and joins again in a moment. */
  readonly onBreakdown: () => void;
  /** It has given up, and rightly so. */
  readonly onFailure: (error: TocsinError) => void;
}

/** Pause before a consumer that kafkajs has given up joins again. */
const beginAnewMs = 500;

/**
 * A kafkajs consumer that runs until it is ended. kafkajs begins anew by itself after most breakdowns; it gives up where no
 * coordinator is found while a broker starts, though that passes like any other outage.
 */
export class PersistentRun {
  readonly #client: Client;
  readonly #options: RunOptions;
  #isEnded = false;

  constructor(client: Client, options: RunOptions) {
    this.#client = client;
    this.#options = options;
    client.on(client.events.CRASH, (event) => this.#crashed(event));
  }

  /** Resolves once the first share has come, or when the client library has begun to try again by itself. */
  async start(): Promise<void> {
    try {
      await this.#client.connect();
      // From the beginning: where reading starts is for us to say, and never the end of the log.
      await this.#client.subscribe({ topics: [...this.#options.topics], fromBeginning: true });
      await this.#run();
    } catch (error) {
      throw brokerError(error, `joining ${this.#options.group}`);
    }
  }

  async end(): Promise<void> {
    this.#isEnded = true;
    await this.#client.disconnect().catch(() => undefined);
  }

  #run(): Promise<void> {
    return this.#client.run({
      autoCommit: false,
      // The handler returns at once, so this is only a bound that is never reached.
      partitionsConsumedConcurrently: 64,
      eachBatch: this.#options.eachBatch,
    });
  }

  #crashed({ payload }: ConsumerCrashEvent): void {
    const failure = brokerError(payload.error, `group ${this.#options.group}`);
    if (payload.restart) this.#options.onBreakdown();
    else if (isOutage(payload.error, failure)) this.#beginAnew();
    else this.#options.onFailure(failure);
  }

  #beginAnew(): void {
    this.#options.onBreakdown();
    setTimeout(() => {
      if (!this.#isEnded) void this.#tryAgain();
    }, beginAnewMs);
  }

  async #tryAgain(): Promise<void> {
    try {
      await this.#client.connect();
      await this.#run();
    } catch (error) {
      const failure = brokerError(error, `joining ${this.#options.group}`);
      // Without it kafkajs would take what failed for what runs, and do nothing the next time.
      await this.#client.stop().catch(() => undefined);
      if (isOutage(error, failure)) this.#beginAnew();
      else this.#options.onFailure(failure);
    }
  }
}

/** Nobody can be reached, as far as anybody can tell; a slip of code is no outage, though nothing else names it. */
function isOutage(error: unknown, { code }: TocsinError): boolean {
  const isSlip = /^(?:Type|Range|Reference|Syntax)Error$/.test(String(Object(error).name));
  return code === 'broker.unavailable' && !isSlip;
}
