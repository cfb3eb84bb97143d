import type { EventTimeMs } from '../../schemas/brand.ts';

const dayMs = 86_400_000;
const earliestMs = Date.UTC(2000, 0, 1);
/** An end may be announced: a maintenance, or the timeout of a source that repeats slowly. */
const farthestEndMs = 3_653 * dayMs;

/** ISO 8601 as sources write it: `T` or a space, up to nine decimals, a zone as `Z`, `+02`, `+0200` or `+02:00`. */
const iso =
  /^(\d{4})-(\d\d)-(\d\d)(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)? ?([Zz]|[+-]\d\d(?::?\d\d)?)?)?$/;

const decimal = /^[+-]?\d+(?:\.\d+)?$/;

/**
 * Epoch milliseconds of ISO 8601 text, a number, or a number in a text; NaN for anything else. Text without a zone is
 * UTC: a worker must read the same log the same way wherever it runs.
 */
export function parseTime(value: unknown): EventTimeMs {
  if (typeof value === 'number') return Math.trunc(value);
  if (typeof value !== 'string') return Number.NaN;
  if (decimal.test(value)) return Math.trunc(Number(value));
  const found = iso.exec(value);
  return found === null ? Number.NaN : fromParts(found);
}

/** Not Date.parse: it lets impossible dates roll over, and reads text without a zone in the machine's own. */
function fromParts(parts: RegExpExecArray): EventTimeMs {
  const [, year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.map(wholeNumber);
  const isReal =
    month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month) && hour <= 23 && minute <= 59;
  // 60 is a leap second, which epoch time does not have: it is the first second of the next minute.
  if (!isReal || second > 60) return Number.NaN;
  const ms = Number((parts[7] ?? '').slice(0, 3).padEnd(3, '0'));
  return Date.UTC(year, month - 1, day, hour, minute, second, ms) - zoneMs(parts[8]);
}

/** 0 for a part that is not there; NaN for the zone, which is read as text. */
const wholeNumber = (part: string | undefined): number => Number(part ?? 0);

function daysIn(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}

/** `+02:30` → 9,000,000. NaN for a zone that no place on earth has. */
function zoneMs(zone: string | undefined): number {
  if (zone === undefined || zone.length === 1) return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = zone.length > 3 ? Number(zone.slice(-2)) : 0;
  if (hours > 18 || minutes > 59) return Number.NaN;
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * 60_000;
}

/**
 * Whether a time can be true at record time `at`. An observation or a start may lie up to a day ahead (clocks differ), an end up
 * to ten years.
 */
export function isPlausible(time: number, at: EventTimeMs, isEnd: boolean): boolean {
  return time >= earliestMs && time <= latestAt(at, isEnd);
}

function latestAt(at: EventTimeMs, isEnd: boolean): EventTimeMs {
  return at + (isEnd ? farthestEndMs : dayMs);
}

/** What is wrong with a time; null when it is plausible. */
export function implausibility(time: number, at: EventTimeMs, isEnd: boolean): string | null {
  if (isPlausible(time, at, isEnd)) return null;
  const latest = latestAt(at, isEnd);
  const fits = (scaled: number): boolean => scaled >= earliestMs && scaled <= latest;
  if (Number.isNaN(time)) return 'is neither ISO 8601 nor epoch milliseconds';
  if (fits(time * 1_000)) return 'looks like seconds: multiply by 1000';
  if (fits(time / 1_000)) return 'looks like microseconds: divide by 1000';
  if (fits(time / 1_000_000)) return 'looks like nanoseconds: divide by 1000000';
  return time < earliestMs
    ? 'lies before the year 2000'
    : `lies more than ${isEnd ? 'ten years' : 'a day'} after the record`;
}
