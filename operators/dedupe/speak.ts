import type { EmitReason } from '../../schemas/alert.ts';
import type { Fingerprint, OccurrenceId } from '../../schemas/brand.ts';
import type { InputRange } from '../../schemas/decision.ts';
import { comparePlaces } from '../../schemas/place.ts';
import { newestAlert, withCause } from './account.ts';
import { alertOf } from './alert.ts';
import { isRepeat } from './is-repeat.ts';
import { type FoldStep, noHistory, putRun, type Reading, read, rulesFor, runsOf } from './known.ts';
import { type History, type KnownRun, knownRunKey, type Told } from './rows.ts';
import { type Occurrence, summarize } from './summarize.ts';
import { mergersOf, needsTelling, toldAs } from './tell.ts';

/** Something to say, before it is known which alert caused it. */
interface Draft {
  readonly occurrence: Occurrence;
  readonly reason: EmitReason;
  readonly revision: number;
  readonly goneAs?: OccurrenceId;
}

/** Tells what the newest version of a run changed, at once, from what is known now. */
export function speak(step: FoldStep, fingerprint: Fingerprint, trigger: KnownRun): void {
  const runs = runsOf(step, fingerprint);
  const stored = step.tables.histories.get(fingerprint);
  const before = stored ?? noHistory;
  if (isRepeat(trigger, runs, before, rulesFor(fingerprint, step.config))) return;
  const isNamed = before.isNamed || trigger.partial.startsAt !== null;
  const history = isNamed === before.isNamed ? before : { ...before, isNamed };
  const reading = read(fingerprint, runs, { history, config: step.config, until: null });
  const occurrences = occurrencesIn(fingerprint, reading, history);
  const { drafts, told } = draft(step, occurrences, history.told);
  // Most versions change nothing that was told; a row that is set is stored again.
  if (history !== stored || !isSameTold(told, history.told))
    step.tables.histories.set(fingerprint, { ...history, told });
  const causes = causesOf(drafts, reading, trigger);
  for (const [position, spoken] of drafts.entries()) {
    const cause = causes.get(position) ?? null;
    if (cause !== null) noteCause(step, cause, spoken.occurrence.id);
    say(step, spoken, cause === null ? null : newestAlert(cause));
  }
}

export function occurrencesIn(
  fingerprint: Fingerprint,
  { timeline, observed }: Reading,
  { carried, told }: History,
): Occurrence[] {
  const periods = [...timeline.sealed.periods, ...timeline.open.periods];
  return periods.map((period) => summarize(fingerprint, period, { observed, carried, told }));
}

/** What is to be said of all occurrences, and what will have been said then. */
function draft(
  step: FoldStep,
  occurrences: readonly Occurrence[],
  toldBefore: readonly Told[],
): { drafts: Draft[]; told: readonly Told[] } {
  if (isAsTold(step, occurrences, toldBefore)) return { drafts: [], told: toldBefore };
  const told = new Map(toldBefore.map((known) => [known.occurrence, known]));
  const drafts: Draft[] = [];
  for (const { told: gone, into } of mergersOf(toldBefore, occurrences)) {
    const revision = gone.revision + 1;
    // A continuation that nobody heard of goes as silently as it came.
    const wasHeard = gone.revision > 0;
    told.set(gone.occurrence, { ...gone, revision, isGone: true });
    inherit(told, into, gone, wasHeard ? 1 : 0);
    if (wasHeard) drafts.push({ occurrence: into, reason: 'merged', revision, goneAs: gone.occurrence });
  }
  let previous: Told | null = null;
  for (const occurrence of occurrences) {
    if (occurrence.period.isContinuation && previous !== null) inherit(told, occurrence, previous, 0);
    drafts.push(...draftOne(step, occurrence, told));
    previous = told.get(occurrence.id) ?? null;
  }
  return { drafts, told: [...told.values()].sort((a, b) => a.start - b.start) };
}

/** Whether there is one occurrence, which was told, and nothing new of it: most versions of a run say no more than that. */
function isAsTold({ config }: FoldStep, occurrences: readonly Occurrence[], told: readonly Told[]): boolean {
  const [occurrence] = occurrences;
  const [known] = told;
  if (occurrence === undefined || known === undefined || occurrences.length > 1 || told.length > 1)
    return false;
  return known.occurrence === occurrence.id && needsTelling(occurrence, known, config) === null;
}

/**
 * What was said of one occurrence counts as said of another: of the part after a cut, or of what it merged into. A merged
 * telling names the latter, so `mentions` is 1 for it.
 */
function inherit(
  told: Map<OccurrenceId, Told>,
  { id, period }: Occurrence,
  from: Told,
  mentions: 0 | 1,
): void {
  const known = told.get(id);
  if (known !== undefined && !known.isGone) return;
  const revision = (known?.revision ?? 0) + mentions;
  told.set(id, { ...from, occurrence: id, start: period.start, revision, isGone: false });
}

function draftOne(step: FoldStep, occurrence: Occurrence, told: Map<OccurrenceId, Told>): Draft[] {
  const drafts: Draft[] = [];
  // A first telling may be followed by that of a resolve which came before it; nothing else follows itself.
  for (;;) {
    const known = told.get(occurrence.id) ?? null;
    const reason = needsTelling(occurrence, known, step.config);
    if (reason === null) return drafts;
    const next = toldAs(reason, occurrence, known);
    told.set(occurrence.id, next);
    drafts.push({ occurrence, reason, revision: next.revision });
  }
}

/**
 * Which run's newest alert caused which telling: that of the version that came now causes one, of its own occurrence if
 * there is one to tell; a resolve that had waited for its firing causes the telling of its own.
 */
function causesOf(drafts: readonly Draft[], reading: Reading, trigger: KnownRun): Map<number, KnownRun> {
  const causes = new Map<number, KnownRun>();
  const isOwn = ({ occurrence: { period } }: Draft) =>
    [...period.firing, ...period.resolves].some(({ index }) => hasRun(reading, index, trigger));
  const own = drafts.findIndex((spoken) => spoken.reason !== 'merged' && isOwn(spoken));
  const first = own >= 0 ? own : drafts.findIndex(({ reason }) => reason !== 'merged');
  if (first >= 0) causes.set(first, trigger);
  // A resolve may lie in several of the occurrences; one alert causes one telling.
  const used = [trigger];
  for (const [position, { reason, occurrence }] of drafts.entries()) {
    if (reason !== 'resolved' || causes.has(position)) continue;
    const waiting = waitingResolve(reading, occurrence, used);
    if (waiting === null) continue;
    causes.set(position, waiting);
    used.push(waiting);
  }
  return causes;
}

/** By identity: what nobody touched was handed on as it was. */
function isSameTold(a: readonly Told[], b: readonly Told[]): boolean {
  return a.length === b.length && a.every((one, at) => one === b[at]);
}

function hasRun({ observed }: Reading, index: number, run: KnownRun): boolean {
  return observed[index]?.sight.runs.some((other) => isSameRun(other, run)) ?? false;
}

/** A resolve of the occurrence that has caused nothing yet. */
function waitingResolve(
  { observed }: Reading,
  { period }: Occurrence,
  used: readonly KnownRun[],
): KnownRun | null {
  for (const { index } of period.resolves)
    for (const run of observed[index]?.sight.runs ?? [])
      if (run.causes.length === 0 && !used.some((other) => isSameRun(other, run))) return run;
  return null;
}

function isSameRun(a: KnownRun, b: KnownRun): boolean {
  return a.partial.shard === b.partial.shard && comparePlaces(a.partial.id, b.partial.id) === 0;
}

function noteCause(step: FoldStep, cause: KnownRun, occurrence: OccurrenceId): void {
  const key = knownRunKey(cause.partial);
  putRun(step, key, withCause(step.tables.runs.get(key) ?? cause, occurrence));
}

export function say(
  step: FoldStep,
  { occurrence, reason, revision, goneAs }: Draft,
  cause: InputRange | null,
): void {
  const saying = goneAs === undefined ? { reason, revision } : { reason, revision, goneAs };
  step.emit({ kind: 'telling', alert: alertOf(occurrence, saying), cause });
}
