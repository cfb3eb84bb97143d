import type { Assigned } from '../../operators/events.ts';
import type { EnrichedAlert } from '../../schemas/alert.ts';
import type { Decision, InputRange } from '../../schemas/decision.ts';
import { TocsinError } from '../../schemas/errors.ts';
import type { Place } from '../../schemas/place.ts';

/** What became of one alert that entered. */
export interface Assignment {
  readonly position: { readonly file: string; readonly record: number; readonly alert: number };
  readonly outcome: string;
  readonly reason: string;
  readonly fingerprint: string | null;
  readonly occurrence: string | null;
  readonly incidentId: string | null;
  readonly generation: number | null;
}

interface Verdict {
  readonly outcome: string;
  readonly reason: string;
  readonly occurrence: string | null;
}

interface RunVerdict extends Verdict {
  readonly range: InputRange;
}

interface IncidentOf {
  readonly id: string;
  readonly generation: number;
}

const placeKey = (shard: number, { offset, n }: Place) => `${shard}:${offset}:${n}`;

/**
 * Joins alerts to what became of them: an alert that caused a telling by its place, a folded one by the run (partial)
 * that it went into and its time. Known only when everything is closed, since an occurrence may still be merged.
 */
export class AssignmentLog {
  readonly #alerts: { readonly assigned: Assigned; readonly shard: number }[] = [];
  readonly #deadLetters: { readonly shard: number; readonly place: Place; readonly reason: string }[] = [];
  readonly #causes = new Map<string, Verdict>();
  readonly #runs = new Map<string, RunVerdict[]>();
  readonly #mergedInto = new Map<string, string>();
  readonly #incidents = new Map<string, IncidentOf>();

  alert(assigned: Assigned, shard: number): void {
    this.#alerts.push({ assigned, shard });
  }

  deadLetter(shard: number, place: Place, reason: string): void {
    this.#deadLetters.push({ shard, place, reason });
  }

  decision(decision: Decision): void {
    const { inputRange: range, outcome, reason, occurrence, count } = decision;
    if (range === null || count === 0) return;
    if (outcome === 'passed' || (outcome === 'suppressed' && reason !== 'dropped-by-rule')) {
      this.#causes.set(placeKey(range.shard, range.to), { outcome, reason, occurrence });
      return;
    }
    const run = placeKey(range.shard, range.id);
    const verdicts = this.#runs.get(run);
    const verdict = { outcome, reason, occurrence, range };
    if (verdicts === undefined) this.#runs.set(run, [verdict]);
    else verdicts.push(verdict);
  }

  telling(alert: EnrichedAlert): void {
    if (alert.mergedInto !== null) this.#mergedInto.set(alert.occurrence, alert.mergedInto);
    if (alert.incident !== null)
      this.#incidents.set(alert.occurrence, { id: alert.incident.id, generation: alert.incident.generation });
  }

  /**
   * One assignment per alert, in input order.
   *
   * @param position where the record at an offset of a raw partition came from, and its rank in the input
   */
  *assignments(
    position: (shard: number, offset: number) => { file: string; record: number; rank: number },
  ): IterableIterator<Assignment> {
    const entries = [
      ...this.#alerts.map(({ assigned, shard }) => ({ shard, place: assigned.place, assigned, reason: '' })),
      ...this.#deadLetters.map((letter) => ({ ...letter, assigned: null })),
    ].map((entry) => ({ ...entry, from: position(entry.shard, entry.place.offset) }));
    entries.sort((a, b) => a.from.rank - b.from.rank || a.place.n - b.place.n);
    for (const { from, place, assigned, shard, reason } of entries) {
      const at = { file: from.file, record: from.record, alert: place.n };
      yield assigned === null
        ? { position: at, outcome: 'dead-lettered', reason, ...nobody }
        : { position: at, ...this.#resolve(assigned, shard) };
    }
  }

  #resolve(assigned: Assigned, shard: number): Omit<Assignment, 'position'> {
    const verdict = this.#causes.get(placeKey(shard, assigned.place)) ?? this.#ofRun(assigned, shard);
    if (verdict === undefined) {
      const where = `${placeKey(shard, assigned.place)} of fingerprint ${assigned.fingerprint}`;
      throw new TocsinError('invariant.broken', `no decision speaks for the alert at ${where}`);
    }
    const occurrence = this.#final(verdict.occurrence);
    const incident = occurrence === null ? undefined : this.#incidents.get(occurrence);
    return {
      outcome: verdict.outcome,
      reason: verdict.reason,
      fingerprint: assigned.fingerprint,
      occurrence,
      incidentId: incident?.id ?? null,
      generation: incident?.generation ?? null,
    };
  }

  #ofRun({ run, t }: Assigned, shard: number): Verdict | undefined {
    if (run === null) return undefined;
    const verdicts = this.#runs.get(placeKey(shard, run)) ?? [];
    return verdicts.find(({ range }) => range.firstAt <= t && t <= range.lastAt) ?? verdicts[0];
  }

  #final(occurrence: string | null): string | null {
    let id = occurrence;
    for (let hops = 0; id !== null && hops < 1000; hops += 1) {
      const into = this.#mergedInto.get(id);
      if (into === undefined) return id;
      id = into;
    }
    return id;
  }
}

const nobody = { fingerprint: null, occurrence: null, incidentId: null, generation: null };
