import type { EventTimeMs } from '../../schemas/brand.ts';

/** [since, until) in epoch milliseconds. */
export interface Span {
  readonly since: EventTimeMs;
  readonly until: EventTimeMs;
}

/** When a weekly window is open, by the local time of a zone. */
export interface WeeklyHours {
  /** 0 is Sunday. */
  readonly weekdays: ReadonlySet<number>;
  readonly fromMinute: number;
  /** Not after `fromMinute`: on the next day. */
  readonly toMinute: number;
  readonly timeZone: string;
}

const minuteMs = 60_000;
const dayMs = 86_400_000;

export function isTimeZone(name: string): boolean {
  try {
    formatterOf(name);
    return true;
  } catch {
    return false;
  }
}

/** Minutes since midnight of `HH:MM`. */
export function minutesOf(clock: string): number {
  const [hours = '0', minutes = '0'] = clock.split(':');
  return Number(hours) * 60 + Number(minutes);
}

/**
 * A function that gives the open span at a time, or null. It keeps its last answer and until when that holds: to ask
 * Intl costs microseconds. The answer depends on the time alone (and on the time zone data of the runtime).
 */
export function openSpans(hours: WeeklyHours): (at: EventTimeMs) => Span | null {
  const formatter = formatterOf(hours.timeZone);
  let known: { readonly holds: Span; readonly span: Span | null } | null = null;
  return (at) => {
    if (known === null || at < known.holds.since || at >= known.holds.until)
      known = look(hours, formatter, at);
    return known.span;
  };
}

function look(hours: WeeklyHours, formatter: Intl.DateTimeFormat, at: EventTimeMs) {
  const today = Math.floor((at + offsetAt(formatter, at)) / dayMs) * dayMs;
  // Without a start in the days looked at there is none before the end of tomorrow.
  let nextStart = at + dayMs / 2;
  for (const day of [today - dayMs, today, today + dayMs]) {
    if (!hours.weekdays.has(new Date(day).getUTCDay())) continue;
    const { fromMinute, toMinute } = hours;
    const lastMinute = toMinute > fromMinute ? toMinute : toMinute + dayMs / minuteMs;
    const since = instantOf(formatter, day + fromMinute * minuteMs);
    const until = instantOf(formatter, day + lastMinute * minuteMs);
    if (since <= at && at < until) return { holds: { since, until }, span: { since, until } };
    if (since > at) nextStart = Math.min(nextStart, since);
  }
  return { holds: { since: at, until: nextStart }, span: null };
}

function formatterOf(timeZone: string): Intl.DateTimeFormat {
  const numeric = 'numeric';
  const date = { year: numeric, month: numeric, day: numeric } as const;
  const clock = { hour: numeric, minute: numeric, second: numeric, hourCycle: 'h23' } as const;
  return new Intl.DateTimeFormat('en-US', { ...date, ...clock, timeZone });
}

/** Local time minus UTC at an instant, in milliseconds. */
function offsetAt(formatter: Intl.DateTimeFormat, at: EventTimeMs): number {
  const parts = new Map(formatter.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
  const read = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0;
  const local = Date.UTC(
    read('year'),
    read('month') - 1,
    read('day'),
    read('hour'),
    read('minute'),
    read('second'),
  );
  return local - Math.floor(at / 1000) * 1000;
}

/**
 * The instant of a local time, given as if it were UTC. A time that the clock skips is taken an hour off, one that it
 * shows twice is taken once.
 */
function instantOf(formatter: Intl.DateTimeFormat, local: number): EventTimeMs {
  const guess = local - offsetAt(formatter, local);
  return local - offsetAt(formatter, guess);
}
