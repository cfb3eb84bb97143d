import type { LogRecord } from '../broker/index.ts';
import type { Input, InputPlace } from './input.ts';
import { indexOf } from './raw-places.ts';

/** Alerts that could not be used for one reason, and the first of them. */
export interface Refused {
  /** Of the catalogue of errors. */
  readonly code: string;
  readonly count: number;
  /** Where the first one stands; `alert` counts those of its record from 0. */
  readonly first: InputPlace & { readonly alert: number };
  /** What is wrong with it, what was expected, and what to do. */
  readonly message: string;
}

/** Counts dead letters by why. Their headers say it, and where they came from. */
export class RefusedAlerts {
  readonly #input: Input;
  readonly #partitions: number;
  readonly #byCode = new Map<string, { -readonly [K in keyof Refused]: Refused[K] }>();

  constructor(input: Input, partitions: number) {
    this.#input = input;
    this.#partitions = partitions;
  }

  /** A record of the dead-letter topic. */
  see({ headers }: LogRecord): void {
    const header = (name: string): string => Buffer.from(headers[name] ?? []).toString();
    const code = header('__connect.errors.class.name');
    const known = this.#byCode.get(code);
    if (known !== undefined) {
      known.count += 1;
      return;
    }
    const [shard, offset] = ['partition', 'offset'].map((name) => Number(header(`__connect.errors.${name}`)));
    const place = this.#input.placeOf(indexOf(shard ?? 0, offset ?? 0, this.#partitions));
    const first = { ...place, alert: Number(header('tocsin.alert')) };
    this.#byCode.set(code, { code, count: 1, first, message: header('__connect.errors.exception.message') });
  }

  /** The most frequent first. */
  list(): readonly Refused[] {
    return [...this.#byCode.values()].sort((a, b) => b.count - a.count || (a.code < b.code ? -1 : 1));
  }
}
