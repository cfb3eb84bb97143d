import type { ProduceRecord } from '../broker/index.ts';
import type { Log } from '../telemetry/index.ts';

/** Tells of the 1st, 10th, 100th … dead letter of each kind: a poisoned source must not fill the log. */
export class DeadLetterLog {
  readonly #log: Log;
  readonly #counts = new Map<string, number>();

  constructor(log: Log) {
    this.#log = log;
  }

  note({ headers = {} }: Pick<ProduceRecord, 'headers'>): void {
    const header = (name: string) => Buffer.from(headers[`__connect.errors.${name}`] ?? []).toString();
    // A code of our catalogue, so there are only so many.
    const error = header('class.name');
    const count = (this.#counts.get(error) ?? 0) + 1;
    this.#counts.set(error, count);
    if (!Number.isInteger(Math.log10(count))) return;
    const place = `${header('topic')}/${header('partition')}@${header('offset')}`;
    this.#log.warn('dead-letter', { error, count, place, message: header('exception.message') });
  }
}
