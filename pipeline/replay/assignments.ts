import type { Assigned } from '../../operators/events.ts';
import type { EnrichedAlert } from '../../schemas/alert.ts';
import type { Fingerprint, IncidentId, OccurrenceId } from '../../schemas/brand.ts';
import type { Decision } from '../../schemas/decision.ts';
import { TocsinError } from '../../schemas/errors.ts';
import type { Place } from '../../schemas/place.ts';
import { EnteredAlerts, type EnteredPlace } from './entered-alerts.ts';
import type { Input } from './input.ts';
import { Lineage } from './lineage.ts';
import { PlaceIndex } from './place-index.ts';
import { indexOf } from './raw-places.ts';
import { type RunVerdict, shareOut } from './run-verdicts.ts';

/** What became of one alert that entered. One line of `assignments.ndjson`; the fields stand in this order. */
export interface Assignment {
  readonly position: { readonly file: string; readonly record: number; readonly alert: number };
  readonly outcome: 'passed' | 'folded' | 'suppressed' | 'dead-lettered';
  /** A decision reason; of a dead letter its error code. */
  readonly reason: string;
  readonly fingerprint: Fingerprint | null;
  readonly occurrence: OccurrenceId | null;
  readonly incidentId: IncidentId | null;
  readonly generation: number | null;
}

type Verdict = Pick<Assignment, 'outcome' | 'reason' | 'fingerprint' | 'occurrence'>;

/**
 * Joins alerts to what became of them: one that caused a telling by its place, a folded one through the run (partial)
 * that it went into. Known only when everything is closed, since an occurrence may be merged until then.
 */
export class AssignmentLog {
  readonly #partitions: number;
  readonly #alerts = new EnteredAlerts();
  readonly #verdicts: Verdict[] = [];
  /** Verdict by error code: a file may hold nothing but dead letters. */
  readonly #deadLetters = new Map<string, number>();
  readonly #causes: (EnteredPlace & { readonly verdict: number })[] = [];
  readonly #runs: RunVerdict[] = [];
  readonly #lineage = new Lineage();

  constructor(partitions: number) {
    this.#partitions = partitions;
  }

  alert({ place, run, t }: Assigned, shard: number): void {
    const { index, n } = this.#enteredAt(shard, place);
    this.#alerts.add({ index, n, t, run: run === null ? null : this.#enteredAt(shard, run) });
  }

  deadLetter(shard: number, place: Place, code: string): void {
    const verdict = this.#deadLetters.get(code) ?? this.#number({ ...dead, reason: code });
    this.#deadLetters.set(code, verdict);
    this.#alerts.add({ ...this.#enteredAt(shard, place), run: null, t: 0 }, verdict);
  }

  decision({ stage, outcome, reason, fingerprint, occurrence, count, inputRange: range }: Decision): void {
    const isCounted = outcome === 'passed' || outcome === 'folded' || outcome === 'suppressed';
    if (!isCounted || range === null || count === 0) return;
    const verdict = this.#number({ outcome, reason, fingerprint, occurrence });
    // `publish` speaks of the one alert that caused a telling, dedupe of those of a run that caused none.
    if (stage === 'publish') this.#causes.push({ ...this.#enteredAt(range.shard, range.to), verdict });
    else {
      const { firstAt, lastAt, shard, id } = range;
      this.#runs.push({ run: this.#enteredAt(shard, id), firstAt, lastAt, verdict, left: count });
    }
  }

  telling(alert: EnrichedAlert): void {
    this.#lineage.tell(alert);
  }

  /**
   * One JSON line per alert, in the order of the files, of their records, and of the alerts in them.
   *
   * @throws TocsinError `invariant.broken` when an alert has no verdict, or a decision speaks for alerts that there are not
   */
  *lines(input: Input): IterableIterator<string> {
    const places = new PlaceIndex(this.#alerts, input.length);
    this.#judge(places);
    const endings = this.#verdicts.map(() => '');
    for (const index of input.inFileOrder()) {
      const { file, record } = input.placeOf(index);
      const beginning = `{"position":{"file":${JSON.stringify(file)},"record":${record},"alert":`;
      const rows = places.rowsOf(index);
      if (rows.length === 0) throw broken(`nothing is known of record ${record} of ${file}`);
      for (const row of rows) {
        const verdict = this.#alerts.verdict(row);
        if (verdict === null) throw broken(`no decision speaks for alert ${record}/${row} of ${file}`);
        endings[verdict] ||= this.#ending(verdict);
        yield `${beginning}${this.#alerts.n(row)}},${endings[verdict]}`;
      }
    }
  }

  #judge(places: PlaceIndex): void {
    for (const cause of this.#causes) {
      const row = places.find(cause);
      if (row < 0 || this.#alerts.verdict(row) !== null)
        throw broken(`record ${cause.index}, alert ${cause.n} caused two tellings, or never entered`);
      this.#alerts.judge(row, cause.verdict);
    }
    const over = shareOut(this.#alerts, places, this.#runs);
    if (over !== null) throw broken(over);
  }

  /** What stands behind the position; the same for all alerts of a verdict, so it is printed once. */
  #ending(verdict: number): string {
    const { outcome, reason, fingerprint, occurrence } = this.#verdicts[verdict] ?? unjudged;
    const { occurrence: last, incident } = this.#lineage.of(occurrence);
    const { id = null, generation = null } = incident ?? {};
    const fields = { outcome, reason, fingerprint, occurrence: last, incidentId: id, generation };
    return JSON.stringify(fields).slice(1);
  }

  #number(verdict: Verdict): number {
    return this.#verdicts.push(verdict) - 1;
  }

  #enteredAt(shard: number, { offset, n }: Place): EnteredPlace {
    return { index: indexOf(shard, offset, this.#partitions), n };
  }
}

const dead = { outcome: 'dead-lettered', fingerprint: null, occurrence: null } as const;
const unjudged: Verdict = { outcome: 'folded', reason: 'unknown', fingerprint: null, occurrence: null };

function broken(detail: string): TocsinError {
  return new TocsinError('invariant.broken', detail);
}
