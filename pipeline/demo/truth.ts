import type { EnrichedAlert } from '../../schemas/alert.ts';
import type { Incident } from '../../schemas/incident.ts';
import type { Condition, Story, TrueIncident } from './story.ts';

/** How well what was found matches what really happened. */
export interface TruthReport {
  readonly incidents: { readonly true: number; readonly found: number; readonly spurious: number };
  /** Of the incidents found, those whose probable cause is an alert of the service that failed first. */
  readonly rootCause: { readonly right: number; readonly of: number };
}

interface Found {
  readonly incident: Incident;
  /** Different alerts, each with the true incident it belongs to (0: noise). */
  readonly members: Map<string, number>;
}

/**
 * Holds published incidents against the story. A true incident is found when a published one holds at least half of its
 * alerts that were told, and mostly these; every other published incident is spurious, also a second one of the same truth.
 */
export class TruthKeeper {
  readonly #story: Story;
  readonly #truthOf: ReadonlyMap<string, readonly Condition[]>;
  readonly #found = new Map<string, Found>();
  readonly #members = new Map<string, Map<string, number>>();
  readonly #serviceOf = new Map<string, string>();

  constructor(story: Story) {
    this.#story = story;
    const truthOf = new Map<string, Condition[]>();
    for (const condition of story.conditions) {
      const key = `${condition.name}@${condition.host}`;
      truthOf.set(key, [...(truthOf.get(key) ?? []), condition]);
    }
    this.#truthOf = truthOf;
  }

  /** An alert that was told, with the incident it was put into. */
  telling(alert: EnrichedAlert): void {
    const { incident, name, labels, firstSeen, fingerprint, service } = alert;
    this.#serviceOf.set(fingerprint, service);
    if (incident === null) return;
    const key = `${incident.id}#${incident.generation}`;
    const members = this.#members.get(key) ?? new Map<string, number>();
    const conditions = this.#truthOf.get(`${name}@${labels['host']}`) ?? [];
    const cause = conditions.find(({ from, to }) => from - 60_000 <= firstSeen && firstSeen <= to + 60_000);
    const number = cause?.incident ?? 0;
    // An alert that goes on and off is one alert, and one that fires in two failures is two.
    members.set(`${fingerprint}/${number}`, number);
    this.#members.set(key, members);
  }

  /** A published state of an incident; a later one replaces it. */
  incident(incident: Incident): void {
    const key = `${incident.id}#${incident.generation}`;
    this.#found.set(key, { incident, members: this.#members.get(key) ?? new Map() });
  }

  /** @param until when the story was broken off: nobody can find what had not begun */
  report(until = Number.POSITIVE_INFINITY): TruthReport {
    const toldOf = this.#toldByTruth();
    let [found, spurious, right] = [0, 0, 0];
    const taken = new Set<number>();
    const bySize = [...this.#found.values()].sort((a, b) => b.members.size - a.members.size);
    for (const candidate of bySize) {
      const match = this.#match(candidate, toldOf);
      if (match === null || taken.has(match.number)) {
        spurious += 1;
        continue;
      }
      taken.add(match.number);
      found += 1;
      const cause = candidate.incident.probableCause;
      if (cause !== null && this.#serviceOf.get(cause.fingerprint) === match.rootService) right += 1;
    }
    return {
      incidents: {
        true: this.#story.incidents.filter(({ from }) => from < until).length,
        found,
        spurious,
      },
      rootCause: { right, of: found },
    };
  }

  #toldByTruth(): ReadonlyMap<number, number> {
    const told = new Map<number, number>();
    for (const members of this.#members.values())
      for (const number of members.values()) told.set(number, (told.get(number) ?? 0) + 1);
    return told;
  }

  #match({ members }: Found, toldOf: ReadonlyMap<number, number>): TrueIncident | null {
    const counts = new Map<number, number>();
    for (const number of members.values()) counts.set(number, (counts.get(number) ?? 0) + 1);
    counts.delete(0);
    const [number, count] = [...counts].reduce((a, b) => (b[1] > a[1] ? b : a), [0, 0]);
    if (number === 0 || 2 * count < members.size || 2 * count < (toldOf.get(number) ?? 0)) return null;
    return this.#story.incidents.find((incident) => incident.number === number) ?? null;
  }
}
