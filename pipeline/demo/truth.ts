import type { EnrichedAlert } from '../../schemas/alert.ts';
import type { Incident } from '../../schemas/incident.ts';
import type { Condition, Story, TrueIncident } from './story.ts';

/** How well what was found matches what really happened. */
export interface TruthReport {
  readonly incidents: { readonly true: number; readonly found: number; readonly spurious: number };
  /** Of the incidents found, those whose probable cause is an alert of the service that failed first. */
  readonly rootCause: { readonly right: number; readonly of: number };
}

/** Different alerts, each with the true incident it belongs to (0: noise). */
type Members = ReadonlyMap<string, number>;

const nobody: Members = new Map();

/** How far the times of an alert and of its condition may lie apart. */
const slackMs = 60_000;

/**
 * Holds published incidents against the story, each generation for itself. A true incident is found when a published one
 * holds at least half of its alerts that were told, and mostly these (at least half of its own are); every other published
 * incident is spurious, also a second one of the same truth. An alert that goes on and off is one alert, one that fires in
 * two failures is two.
 */
export class TruthKeeper {
  readonly #story: Story;
  readonly #truthOf: ReadonlyMap<string, readonly Condition[]>;
  readonly #published = new Map<string, Incident>();
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

  /** An alert that was told, or would have been but for a policy, with the incident it was put into. */
  telling(alert: EnrichedAlert): void {
    const { incident, name, labels, firstSeen, fingerprint, service } = alert;
    this.#serviceOf.set(fingerprint, service);
    // A final summary may come when its incident was reopened since, and names the generation of that time.
    if (incident === null || alert.isFinal) return;
    const key = `${incident.id}#${incident.generation}`;
    const members = this.#members.get(key) ?? new Map<string, number>();
    const conditions = this.#truthOf.get(`${name}@${labels['host']}`) ?? [];
    const isMeant = ({ from, to }: Condition) => from - slackMs <= firstSeen && firstSeen <= to + slackMs;
    const number = conditions.find(isMeant)?.incident ?? 0;
    members.set(`${fingerprint}/${number}`, number);
    this.#members.set(key, members);
  }

  /** A published state of an incident; a later one replaces it. */
  incident(incident: Incident): void {
    this.#published.set(`${incident.id}#${incident.generation}`, incident);
  }

  /** @param until when the story was broken off: nobody can find what had not begun */
  report(until = Number.POSITIVE_INFINITY): TruthReport {
    const toldOf = this.#toldByTruth();
    let [found, spurious, right] = [0, 0, 0];
    const taken = new Set<number>();
    for (const { incident, members } of this.#largestFirst()) {
      const match = this.#match(members, toldOf);
      if (match === null || taken.has(match.number)) {
        spurious += 1;
        continue;
      }
      taken.add(match.number);
      found += 1;
      if (this.#serviceOf.get(incident.probableCause?.fingerprint ?? '') === match.rootService) right += 1;
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

  #largestFirst(): readonly { readonly incident: Incident; readonly members: Members }[] {
    return [...this.#published]
      .map(([key, incident]) => ({ incident, members: this.#members.get(key) ?? nobody }))
      .sort((a, b) => b.members.size - a.members.size);
  }

  #toldByTruth(): ReadonlyMap<number, number> {
    const told = new Map<number, number>();
    for (const members of this.#members.values())
      for (const number of members.values()) told.set(number, (told.get(number) ?? 0) + 1);
    return told;
  }

  #match(members: Members, toldOf: ReadonlyMap<number, number>): TrueIncident | null {
    const counts = new Map<number, number>();
    for (const number of members.values()) counts.set(number, (counts.get(number) ?? 0) + 1);
    counts.delete(0);
    const [number, count] = [...counts].reduce((a, b) => (b[1] > a[1] ? b : a), [0, 0]);
    if (number === 0 || 2 * count < members.size || 2 * count < (toldOf.get(number) ?? 0)) return null;
    return this.#story.incidents.find((incident) => incident.number === number) ?? null;
  }
}
