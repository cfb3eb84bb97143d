import type { Fingerprint } from '../../schemas/brand.ts';
import { comparePlaces } from '../../schemas/place.ts';
import type { LateAlert, Partial } from '../../schemas/reduced.ts';
import type { RelateEvent } from '../events.ts';
import { defineOperator } from '../operator.ts';
import { decisionOn, lateRange, wholeRun } from './account.ts';
import { lateAlertOf } from './alert.ts';
import { cellOfTimer, close, forgetCounted, nextClose, noteCounted } from './close.ts';
import { DedupeConfig, deathOf } from './config.ts';
import { dropRun, type FoldStep, indexOf, noHistory, putRun, runsOf } from './known.ts';
import { knownPartialOf, knownRunOf } from './known-run.ts';
import { minutesSince } from './minutes.ts';
import { foldTables, type KnownPartial, type KnownRun, knownRunKey } from './rows.ts';
import { speak } from './speak.ts';

/**
 * RELATE's side of dedupe: folds the partials of all partitions into one occurrence per firing period (design §7). What
 * may be said from what is known is said at once and corrected with `merged` when it proves wrong; what needs to know
 * that nothing more will come (final counts, time-outs, decisions about repeats) waits for `time.complete`.
 */
export const fold = defineOperator<RelateEvent>()({
  name: 'dedupe',
  config: DedupeConfig,
  tables: foldTables,
  derive: (_config, tables) => indexOf(tables),
  on: {
    partial: (step, partial) => foldPartial(step, partial),
    late: (step, late) => tellLate(step, late),
  },
  onTimer(step, { key, due }) {
    const cell = cellOfTimer(key);
    if (cell !== null) forgetCounted(step, cell, due);
    // Timers of fingerprints carry nothing else as key.
    else close(step, key as Fingerprint);
  },
});

function foldPartial(step: FoldStep, partial: Partial): void {
  const { tables, config, time } = step;
  // First of all: whether a cell is dead depends on (key, X) alone (protocol.md H14).
  if (deathOf(partial.cell, config) <= time.complete) {
    countStale(step, partial);
    return;
  }
  const key = knownRunKey(partial);
  const known = tables.runs.get(key);
  if (known !== undefined && comparePlaces(partial.v, known.partial.v) <= 0) return;
  // REDUCE has another configuration now: the same first alert is of another run.
  if (known !== undefined && !isOfOne(known.partial, partial)) dropRun(step, key, known);
  const run = knownRunOf(partial, known, runsOf(step, partial.fingerprint));
  putRun(step, key, run);
  if (partial.droppedBy === '') {
    if (partial.status === 'firing') tally(step, partial, known);
    speak(step, partial.fingerprint, run);
  }
  // There is a run now, so that what is known besides does not matter.
  step.closeAt(partial.fingerprint, nextClose(step, partial.fingerprint, noHistory));
}

function isOfOne(a: KnownPartial, b: Partial): boolean {
  return a.fingerprint === b.fingerprint && a.cell === b.cell;
}

function tally(step: FoldStep, partial: Partial, known: KnownRun | undefined): void {
  const minutes = minutesSince(partial.minutes, known?.counts.unpack().minutes ?? []);
  if (minutes.length === 0) return;
  const { fingerprint, head, status, cell } = partial;
  const closesAt = deathOf(cell, step.config);
  step.emit({ kind: 'tally', fingerprint, head, status, service: '', minutes, closesAt });
}

/**
 * A version of a run whose cell is dead: only alerts that no earlier version held are counted, and told to nobody. What
 * was counted is remembered for `forgetMs`; later than that a version is taken for a repeat and only noted.
 */
function countStale(step: FoldStep, partial: Partial): void {
  const { tables, config, time } = step;
  const key = knownRunKey(partial);
  const known = tables.counted.get(key) ?? tables.runs.get(key)?.partial;
  const isForgotten = deathOf(partial.cell, config) + config.forgetMs <= time.complete;
  const portion = wholeRun(partial, 'stale-partial');
  if (known === undefined && isForgotten) {
    step.decide({ ...decisionOn(knownPartialOf(partial), portion), outcome: 'noted' });
    return;
  }
  const count = partial.count - (known?.count ?? 0);
  if (known !== undefined && (comparePlaces(partial.v, known.v) <= 0 || count <= 0)) return;
  noteCounted(step, key, partial);
  step.decide({ ...decisionOn(knownPartialOf(partial), { ...portion, count }), outcome: 'folded' });
}

/** Late alerts of a shard come in the order of their places, so one mark per shard tells a copy from a new one. */
function tellLate(step: FoldStep, late: LateAlert): void {
  const key = String(late.shard);
  const mark = step.tables.lateMarks.get(key);
  if (mark !== undefined && comparePlaces(late.place, mark.place) <= 0) return;
  step.tables.lateMarks.set(key, { place: late.place });
  step.emit({ kind: 'telling', alert: lateAlertOf(late), cause: lateRange(late) });
}
