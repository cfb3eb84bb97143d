import type { EnrichedAlert } from '../../../schemas/alert.ts';
import { comparePlaces, type Place } from '../../../schemas/place.ts';

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
  readonly place: Place;
  /** Null for one that was taken back. */
  readonly occurrence: FinalOccurrence | null;
}

/** The newest incident that an occurrence was told with: its last word may come when that is over and forgotten. */
interface Joined {
  readonly place: Place;
  readonly incident: string;
}

/**
 * The last word about each occurrence, whatever was told on the way: one that was taken back (`merged`) may be told again,
 * when a resolve that comes later cuts it off. All tellings of one come from one shard, so the highest origin is the last one,
 * in whatever order topics are read.
 */
export class FinalBook {
  readonly #latest = new Map<string, Latest>();
  readonly #joined = new Map<string, Joined>();
  #late = 0;

  /** Takes a telling; repeats do no harm except to `late`. */
  add(alert: EnrichedAlert): void {
    if (alert.isLate) {
      this.#late += 1;
      return;
    }
    const place = { offset: alert.origin.offset, n: alert.origin.n };
    this.#join(alert, place);
    const known = this.#latest.get(alert.occurrence);
    if (known !== undefined && comparePlaces(known.place, place) >= 0) return;
    const { fingerprint, status, firstSeen, lastSeen, count, isFinal, mergedInto } = alert;
    const occurrence =
      mergedInto === null ? { fingerprint, status, firstSeen, lastSeen, count, isFinal } : null;
    this.#latest.set(alert.occurrence, { place, occurrence });
  }

  #join({ occurrence, incident }: EnrichedAlert, place: Place): void {
    if (incident === null) return;
    const known = this.#joined.get(occurrence);
    if (known !== undefined && comparePlaces(known.place, place) >= 0) return;
    this.#joined.set(occurrence, { place, incident: incident.id });
  }

  get size(): number {
    return this.#standing().length;
  }

  get late(): number {
    return this.#late;
  }

  /** Observations counted in final occurrences. */
  get observations(): number {
    return this.#standing().reduce((sum, [, { count }]) => sum + count, 0);
  }

  /** Occurrence and incident of each final occurrence that has one. */
  *memberships(): Generator<readonly [occurrence: string, incident: string]> {
    for (const [id] of this.#standing()) {
      const joined = this.#joined.get(id);
      if (joined !== undefined) yield [id, joined.incident];
    }
  }

  /** Occurrences that the two do not agree on, each as a sentence; at most `most` sentences and the number of all. */
  differencesFrom(expected: FinalBook, most = 20): Differences {
    const [found, wanted] = [new Map(this.#standing()), new Map(expected.#standing())];
    const sentences: string[] = [];
    let count = 0;
    for (const id of new Set([...found.keys(), ...wanted.keys()])) {
      const [here, there] = [printed(found.get(id)), printed(wanted.get(id))];
      if (here === there) continue;
      count += 1;
      if (sentences.length < most) sentences.push(`${id}: ${here} instead of ${there}`);
    }
    return { count, sentences };
  }

  #standing(): (readonly [id: string, occurrence: FinalOccurrence])[] {
    return [...this.#latest].flatMap(([id, { occurrence }]) =>
      occurrence === null ? [] : [[id, occurrence] as const],
    );
  }
}

export interface Differences {
  readonly count: number;
  readonly sentences: readonly string[];
}

function printed(occurrence: FinalOccurrence | undefined): string {
  return occurrence === undefined ? 'nothing' : JSON.stringify(occurrence);
}
