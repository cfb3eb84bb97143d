import type { EnrichedAlert } from '../../../schemas/alert.ts';
import { comparePlaces } from '../../../schemas/place.ts';

/** What is true of an occurrence in the end. */
export interface FinalOccurrence {
  readonly fingerprint: string;
  readonly status: string;
  readonly firstSeen: number;
  readonly lastSeen: number;
  readonly count: number;
  readonly isFinal: boolean;
}

interface Latest {
  readonly place: { readonly offset: number; readonly n: number };
  readonly occurrence: FinalOccurrence;
  readonly incident: string | null;
}

/**
 * The last word about each occurrence, whatever was told on the way. All tellings of one come from one shard, so the highest
 * origin is the last one, in whatever order topics are read.
 */
export class FinalBook {
  readonly #latest = new Map<string, Latest>();
  readonly #merged = new Set<string>();
  #late = 0;

  /** Takes a telling; repeats do no harm except to `late`. */
  add(alert: EnrichedAlert): void {
    if (alert.isLate) {
      this.#late += 1;
      return;
    }
    if (alert.mergedInto !== null) {
      this.#merged.add(alert.occurrence);
      this.#latest.delete(alert.occurrence);
    }
    if (this.#merged.has(alert.occurrence)) return;
    const known = this.#latest.get(alert.occurrence);
    if (known !== undefined && comparePlaces(known.place, alert.origin) >= 0) return;
    const { fingerprint, status, firstSeen, lastSeen, count, isFinal, origin, incident } = alert;
    this.#latest.set(alert.occurrence, {
      place: { offset: origin.offset, n: origin.n },
      occurrence: { fingerprint, status, firstSeen, lastSeen, count, isFinal },
      incident: incident?.id ?? null,
    });
  }

  get size(): number {
    return this.#latest.size;
  }

  get late(): number {
    return this.#late;
  }

  /** Occurrences that turned out to belong to others. */
  get merged(): number {
    return this.#merged.size;
  }

  /** Observations counted in final occurrences. */
  get observations(): number {
    let sum = 0;
    for (const { occurrence } of this.#latest.values()) sum += occurrence.count;
    return sum;
  }

  /** Occurrence and incident of each final occurrence that has one. */
  *memberships(): Generator<readonly [occurrence: string, incident: string]> {
    for (const [id, { incident }] of this.#latest) if (incident !== null) yield [id, incident];
  }

  /** Occurrences that the two do not agree on, each as a sentence; at most `most` sentences and the number of all. */
  differencesFrom(
    expected: FinalBook,
    most = 20,
  ): { readonly count: number; readonly sentences: readonly string[] } {
    const ids = new Set([...this.#latest.keys(), ...expected.#latest.keys()]);
    const sentences: string[] = [];
    let count = 0;
    for (const id of ids) {
      const [found, wanted] = [printed(this.#latest.get(id)), printed(expected.#latest.get(id))];
      if (found === wanted) continue;
      count += 1;
      if (sentences.length < most) sentences.push(`${id}: ${found} instead of ${wanted}`);
    }
    return { count, sentences };
  }
}

function printed(latest: Latest | undefined): string {
  return latest === undefined ? 'nothing' : JSON.stringify(latest.occurrence);
}
