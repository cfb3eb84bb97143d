import type { EmitReason } from '../../schemas/alert.ts';
import type { EventTimeMs, Fingerprint } from '../../schemas/brand.ts';
import { comparePlaces } from '../../schemas/place.ts';
import {
  causeCount,
  causesIn,
  decisionOn,
  type Portion,
  portionsOf,
  settlePortion,
  wholeRun,
} from './account.ts';
import { cellOf, deathOf, firstLiveCell, resolveReach } from './config.ts';
import { dropRun, type FoldStep, keepCounted, noHistory, putRun, read, runsOf } from './known.ts';
import { type History, type KnownPartial, knownRunKey } from './rows.ts';
import { settle } from './settle.ts';
import { say } from './speak.ts';
import type { Occurrence } from './summarize.ts';

/**
 * Settles what of a fingerprint lies in dead cells: states the final word on occurrences that are over, decides what
 * became of each alert, and keeps of an open occurrence a sum. Called when `time.complete` has killed another cell.
 */
export function close(step: FoldStep, fingerprint: Fingerprint): void {
  const { config, time, tables } = step;
  const until = firstLiveCell(time.complete, config);
  const history = tables.histories.get(fingerprint) ?? noHistory;
  const dead = runsOf(step, fingerprint).filter(({ partial }) => partial.cell < until);
  const { observed, timeline } = read(fingerprint, dead, { history, config, until });
  const known = { observed, carried: history.carried, told: history.told };
  const settled = settle(fingerprint, timeline, known, until - resolveReach(config));
  for (const occurrence of settled.closed) sayLast(step, occurrence, history);
  for (const portion of portionsOf(settled.settlements, observed)) statePortion(step, portion);
  for (const { partial } of dead) forgetSettled(step, knownRunKey(partial));
  const closedIds = new Set(settled.closed.map(({ id }) => id));
  remember(step, fingerprint, {
    floor: Number.isFinite(settled.floor) ? settled.floor : null,
    hasEnded: timeline.hasEnded || settled.closed.length > 0,
    isNamed: history.isNamed,
    carried: settled.carried,
    told: history.told.filter(
      ({ occurrence, isGone, start }) => !closedIds.has(occurrence) && !(isGone && start < settled.floor),
    ),
  });
}

/** The final word: that it is over by silence, where silence means that; else the exact summary. */
function sayLast(step: FoldStep, occurrence: Occurrence, { told }: History): void {
  const { isResolved, isCut } = occurrence.period;
  const isSilent = !isResolved && !isCut && occurrence.text.ending !== 'window';
  const reason: EmitReason = isSilent ? 'timed-out' : 'final';
  const known = told.find(({ occurrence: id }) => id === occurrence.id);
  say(step, { occurrence, reason, revision: (known?.revision ?? 0) + 1 }, null);
}

function statePortion(step: FoldStep, portion: Portion): void {
  const run = step.tables.runs.get(portion.runKey);
  if (run === undefined) return;
  const taken = causesIn(run, portion);
  const count = portion.count - taken;
  if (count > 0) step.decide(decisionOn(run.partial, { ...portion, count }));
  putRun(step, portion.runKey, settlePortion(run, portion, taken));
}

/** Drops a run of a dead cell when all its alerts are accounted for; only their number is kept for a while. */
function forgetSettled(step: FoldStep, key: string): void {
  const run = step.tables.runs.get(key);
  if (run === undefined) return;
  const { partial, settledCount } = run;
  if (partial.droppedBy !== '')
    step.decide(
      decisionOn(partial, {
        ...wholeRun(partial, 'dropped-by-rule'),
        count: partial.count - causeCount(run),
      }),
    );
  else if (settledCount < partial.count) return;
  dropRun(step, key, run);
  noteCounted(step, key, partial);
}

/** Remembers what was counted of a run, if it is more than was remembered. */
export function noteCounted(
  step: FoldStep,
  key: string,
  partial: Pick<KnownPartial, 'fingerprint' | 'cell' | 'v' | 'count'>,
): void {
  const { tables, derived, config } = step;
  const { fingerprint, cell, v, count } = partial;
  const known = tables.counted.get(key);
  if (known !== undefined && comparePlaces(known.v, v) >= 0) return;
  tables.counted.set(key, { fingerprint, cell, v, count });
  if (!derived.counted.has(cell)) step.closeAt(countedTimer(cell), deathOf(cell, config) + config.forgetMs);
  keepCounted(derived, cell, key);
}

const countedPrefix = 'counted:';

export function countedTimer(cell: EventTimeMs): string {
  return `${countedPrefix}${cell}`;
}

/** The cell whose counted runs a timer is about, or null when it is about a fingerprint. */
export function cellOfTimer(key: string): EventTimeMs | null {
  return key.startsWith(countedPrefix) ? Number(key.slice(countedPrefix.length)) : null;
}

/** So many rows are forgotten by one timer, which is then set again: a shard may pause between two timers. */
const forgottenAtOnce = 64;

export function forgetCounted(
  { tables, derived, closeAt }: FoldStep,
  cell: EventTimeMs,
  due: EventTimeMs,
): void {
  const keys = derived.counted.get(cell) ?? new Set();
  let left = forgottenAtOnce;
  for (const key of keys) {
    tables.counted.delete(key);
    keys.delete(key);
    left -= 1;
    if (left === 0) break;
  }
  if (keys.size > 0) closeAt(countedTimer(cell), due);
  else derived.counted.delete(cell);
}

function remember(step: FoldStep, fingerprint: Fingerprint, history: History): void {
  const due = nextClose(step, fingerprint, history);
  step.closeAt(fingerprint, due);
  if (due === null) step.tables.histories.delete(fingerprint);
  else step.tables.histories.set(fingerprint, history);
}

/** When something of a fingerprint can next be settled or forgotten; null when nothing is left of it. */
export function nextClose(step: FoldStep, fingerprint: Fingerprint, history: History): EventTimeMs | null {
  const { config, time } = step;
  const firstCell = runsOf(step, fingerprint)[0]?.partial.cell;
  if (firstCell !== undefined)
    return deathOf(Math.max(firstCell, firstLiveCell(time.complete, config)), config);
  if (history.carried !== null)
    return deathOf(cellOf(history.carried.end + config.latenessMs, config), config);
  if (!history.isNamed || history.floor === null) return null;
  // No observation that is still accepted then has a start, clamped per cell, before the floor.
  const forgetAt = history.floor + config.reachMs + 2 * config.windowMs + config.latenessMs + config.graceMs;
  return time.complete < forgetAt ? forgetAt : null;
}
