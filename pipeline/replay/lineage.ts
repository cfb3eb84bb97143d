import type { EnrichedAlert, IncidentRef } from '../../schemas/alert.ts';
import type { OccurrenceId } from '../../schemas/brand.ts';
import type { Origin } from '../../schemas/place.ts';

interface Known {
  readonly toldBy: Origin;
  readonly mergedInto: OccurrenceId | null;
  readonly incident: Pick<IncidentRef, 'id' | 'generation'> | null;
}

/** What the tellings of occurrences say last: into which other one each was merged, and to which incident it belongs. */
export class Lineage {
  readonly #known = new Map<OccurrenceId, Known>();

  /** Tellings of one occurrence come from one shard but over two topics, so in any order: the later origin counts. */
  tell({ occurrence, mergedInto, incident, origin }: EnrichedAlert): void {
    const before = this.#known.get(occurrence);
    if (before !== undefined && isBefore(origin, before.toldBy)) return;
    const known = incident === null ? (before?.incident ?? null) : refOf(incident);
    this.#known.set(occurrence, { toldBy: origin, mergedInto, incident: known });
  }

  /** The occurrence that `named` ended up as, and its incident. */
  of(named: OccurrenceId | null): Pick<Known, 'incident'> & { readonly occurrence: OccurrenceId | null } {
    let occurrence = named;
    const seen = new Set<OccurrenceId>();
    while (occurrence !== null && !seen.has(occurrence)) {
      seen.add(occurrence);
      const known = this.#known.get(occurrence);
      if (known === undefined || known.mergedInto === null)
        return { occurrence, incident: known?.incident ?? null };
      occurrence = known.mergedInto;
    }
    return { occurrence: named, incident: null };
  }
}

function refOf({ id, generation }: IncidentRef): Known['incident'] {
  return { id, generation };
}

function isBefore(a: Origin, b: Origin): boolean {
  return a.offset !== b.offset ? a.offset < b.offset : a.n < b.n;
}
