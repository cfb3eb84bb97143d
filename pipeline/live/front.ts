import { TocsinError } from '../../schemas/errors.ts';
import type { Inside } from '../api/index.ts';
import { type Measurable, openMetrics } from '../telemetry/index.ts';

/** What a running worker lets the API reach. */
export interface Reachable extends Pick<Inside, 'ingest' | 'control' | 'isReady'> {
  readonly measure: () => Measurable;
}

/**
 * What the API reaches from the first moment to the last: probes and scrapes are answered while neighbours are waited
 * for and while the worker stops, alerts are taken in between.
 */
export class Front {
  readonly #metrics = openMetrics(() => this.#worker?.measure() ?? null);
  #worker: Reachable | null = null;
  #isStopping = false;

  readonly inside: Inside = {
    isReady: () => this.#worker !== null && !this.#isStopping && this.#worker.isReady(),
    now: Date.now,
    metrics: () => this.#metrics.render(),
    ingest: async (value, headers) => this.#taking().ingest(value, headers),
    control: async (control) => this.#taking().control(control),
  };

  open(worker: Reachable): void {
    this.#worker = worker;
  }

  /** From here on alerts are refused; their senders keep them. */
  close(): void {
    this.#isStopping = true;
  }

  #taking(): Reachable {
    if (this.#worker === null) throw new TocsinError('api.not-taking', 'it is starting');
    if (this.#isStopping) throw new TocsinError('api.not-taking', 'it is stopping');
    return this.#worker;
  }
}
