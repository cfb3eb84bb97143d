import type { Incident } from '../../schemas/incident.ts';

/** What a person asks of an incident first; the rest is in `incidents.v1`. */
export type ShownIncident = Pick<
  Incident,
  'id' | 'severity' | 'title' | 'alertCount' | 'services' | 'startedAt' | 'endedAt'
>;

const mostShown = 5;

/** The incidents that were published, each as it was last. */
export class LargestIncidents {
  readonly #byId = new Map<string, ShownIncident>();

  get count(): number {
    return this.#byId.size;
  }

  see({ id, severity, title, alertCount, services, startedAt, endedAt }: Incident): void {
    this.#byId.set(id, { id, severity, title, alertCount, services, startedAt, endedAt });
  }

  /** Those of the most alerts, the oldest first among equals. */
  list(): readonly ShownIncident[] {
    return [...this.#byId.values()]
      .sort((a, b) => b.alertCount - a.alertCount || a.startedAt - b.startedAt || (a.id < b.id ? -1 : 1))
      .slice(0, mostShown);
  }
}
