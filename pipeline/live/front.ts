import { TocsinError } from '../../schemas/errors.ts';
import type { Inside } from '../api/index.ts';
import { type Check, isReady } from '../health/index.ts';
import { openMetrics } from '../telemetry/index.ts';
import type { Watch } from './watch.ts';

/** What a running worker lets the API reach. */
export interface Reachable extends Pick<Inside, 'ingest' | 'control'>, Watch {}

/**
 * What the API reaches from the first moment to the last: probes and scrapes are answered while neighbours are waited
 * for and while the worker stops, alerts are taken in between.
 */
export class Front {
  readonly #metrics = openMetrics(() => ({
    isReady: isReady(this.#checks()),
    worker: this.#worker?.measure() ?? null,
  }));
  #worker: Reachable | null = null;
  #isStopping = false;
  #waitingFor = 'its neighbours are opened';

  readonly inside: Inside = {
    health: () => ({ isStarted: this.#worker !== null, checks: this.#checks() }),
    now: Date.now,
    metrics: () => this.#metrics.render(),
    ingest: async (value, headers) => this.#taking().ingest(value, headers),
    control: async (control) => this.#taking().control(control),
  };

  /** Says why it has not started yet. */
  readonly waits = (why: string): void => {
    this.#waitingFor = why;
  };

  open(worker: Reachable): void {
    this.#worker = worker;
  }

  /** From here on alerts are refused; their senders keep them. */
  close(): void {
    this.#isStopping = true;
  }

  #checks(): readonly Check[] {
    const needed = { isNeeded: true } as const;
    if (this.#worker === null)
      return [{ ...needed, name: 'started', isGood: false, detail: this.#waitingFor }];
    const taking = this.#isStopping ? 'it is stopping' : 'alerts are taken';
    return [
      { ...needed, name: 'started', isGood: true, detail: 'all groups are joined' },
      { ...needed, name: 'open', isGood: !this.#isStopping, detail: taking },
      ...this.#worker.checks(),
    ];
  }

  #taking(): Reachable {
    if (this.#worker === null) throw new TocsinError('api.not-taking', 'it is starting');
    if (this.#isStopping) throw new TocsinError('api.not-taking', 'it is stopping');
    return this.#worker;
  }
}
