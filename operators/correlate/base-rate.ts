import type { EventTimeMs } from '../../schemas/brand.ts';
import type { TraitKeys } from './read-traits.ts';
import type { ValueRow } from './rows.ts';
import type { CorrelateStep } from './step.ts';

/** Windows that a row remembers: the bits of one machine word. */
export const rememberedSlots = 32;

/** Timer that forgets what has been quiet for all remembered windows; incident ids are hex and never meet it. */
export const forgetTimer = 'values';

const forgetEverySlots = 8;

/** The row after something was in alert in window `slot`; windows too old to remember change nothing. */
export function markBusy(row: ValueRow | undefined, slot: number): ValueRow {
  if (row === undefined || slot - row.slot >= rememberedSlots) return { slot, busy: 1 };
  if (slot > row.slot) return { slot, busy: ((row.busy << (slot - row.slot)) | 1) >>> 0 };
  const age = row.slot - slot;
  return age >= rememberedSlots ? row : { slot: row.slot, busy: (row.busy | (1 << age)) >>> 0 };
}

/** The windows before `slot` in which it was in alert: bit i is window `slot - 1 - i`. */
export function busyBefore(row: ValueRow | undefined, slot: number): number {
  if (row === undefined) return 0;
  const skip = row.slot - slot + 1;
  if (Math.abs(skip) >= rememberedSlots) return 0;
  return (skip <= 0 ? row.busy << -skip : row.busy >>> skip) >>> 0;
}

/**
 * How unusual it is to find something in alert within `windows` windows, judged by how often it was in alert before:
 * 1 never expected, 0 always there. What is in alert all the time says nothing when it is so once more: this, not a
 * count of alerts, tells chatter from a burst; and the closer two alerts are, the less chance explains it.
 */
export function surprise(busy: number, windows: number): number {
  return (1 - countBits(busy) / rememberedSlots) ** windows;
}

export function slotOf(step: CorrelateStep, at: EventTimeMs): number {
  return Math.floor(at / step.config.windowMs);
}

export function busyOf(step: CorrelateStep, key: string, slot: number): number {
  return busyBefore(step.tables.values.get(key), slot);
}

/** Notes that traits with these keys were in alert at `at`. Past `maxValues` nothing new is remembered: it counts as rare. */
export function remember(step: CorrelateStep, keys: TraitKeys, at: EventTimeMs): void {
  const { values } = step.tables;
  if (values.size === 0) step.wakeAt(forgetTimer, step.time.at + forgetEverySlots * step.config.windowMs);
  for (const key of keys.values) {
    const row = values.get(key);
    if (row === undefined && values.size >= step.config.maxValues) continue;
    const marked = markBusy(row, slotOf(step, at));
    if (row === undefined || marked.slot !== row.slot || marked.busy !== row.busy) values.set(key, marked);
  }
}

export function forget(step: CorrelateStep): void {
  const { values } = step.tables;
  const oldest = slotOf(step, step.time.at) - rememberedSlots;
  for (const [key, row] of [...values.entries()]) if (row.slot < oldest) values.delete(key);
  if (values.size > 0) step.wakeAt(forgetTimer, step.time.at + forgetEverySlots * step.config.windowMs);
}

function countBits(word: number): number {
  let count = 0;
  for (let rest = word >>> 0; rest !== 0; rest &= rest - 1) count += 1;
  return count;
}
