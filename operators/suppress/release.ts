import type { EnrichedAlert } from '../../schemas/alert.ts';
import { hash128 } from '../../schemas/identity.ts';
import { hush, membersOf, unhush } from './hush.ts';
import { findPolicy, isEnd } from './judge.ts';
import type { SuppressStep } from './step.ts';
import { countNew, judgeInStorm } from './storm.ts';

/** Tells what still fires and nobody was told of, where nothing keeps it quiet any more. */
export function releaseGroup(step: SuppressStep, group: string): void {
  for (const occurrence of membersOf(step.derived, group)) release(step, occurrence);
}

function release(step: SuppressStep, occurrence: string): void {
  const row = step.tables.hushed.get(occurrence);
  if (row === undefined || isEnd(row)) return;
  const suppression = findPolicy(step, row) ?? judgeRelease(step, row);
  if (suppression !== null) {
    hush(step, row, suppression);
    return;
  }
  unhush(step, occurrence);
  const id = hash128(['released', occurrence, String(step.time.at)]);
  const alert: EnrichedAlert = { ...row, id, emitReason: 'released', suppression: null };
  step.emit({ kind: 'telling', alert, cause: null });
}

/** The end of a broad silence can set off a storm like anything else. */
function judgeRelease(step: SuppressStep, row: EnrichedAlert) {
  if (!step.config.storm.isOn) return null;
  countNew(step, row.tenant);
  return judgeInStorm(step, row);
}
