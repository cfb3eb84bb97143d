import type { EventTimeMs } from '../../schemas/brand.ts';
import type { MinuteCount } from '../../schemas/reduced.ts';
import { addValue, copySketch, type OpenSketch, sketchOf, subtractSketch } from '../../schemas/sketch.ts';
import { type OpenValues, observeValue, valuesSince } from '../../schemas/values.ts';
import { copyValues } from './segments.ts';

const minuteMs = 60_000;

export interface OpenMinute {
  readonly minute: EventTimeMs;
  count: number;
  values: OpenValues | null;
  sketch: OpenSketch | null;
}

/** Counts an observation in its minute, in place; a run has no more minutes than its cell. */
export function observeMinute(minutes: OpenMinute[], t: EventTimeMs, value: number | null): void {
  const minute = minuteOf(minutes, Math.floor(t / minuteMs) * minuteMs);
  minute.count += 1;
  if (value === null || !Number.isFinite(value)) return;
  minute.values = observeValue(minute.values, value, t);
  if (minute.sketch === null) minute.sketch = sketchOf(value);
  else addValue(minute.sketch, value);
}

function minuteOf(minutes: OpenMinute[], start: EventTimeMs): OpenMinute {
  for (let position = minutes.length - 1; position >= 0; position--) {
    const minute = minutes[position];
    if (minute?.minute === start) return minute;
  }
  const minute: OpenMinute = { minute: start, count: 0, values: null, sketch: null };
  let position = minutes.length;
  while (position > 0 && (minutes[position - 1]?.minute ?? start) > start) position -= 1;
  if (position === minutes.length) minutes.push(minute);
  else minutes.splice(position, 0, minute);
  return minute;
}

export function copyMinute({ minute, count, values, sketch }: OpenMinute): OpenMinute {
  return {
    minute,
    count,
    values: copyValues(values),
    sketch: sketch === null ? null : copySketch(sketch),
  };
}

/** What came to each minute of a run since an older version of it; minutes without news are left out. */
export function minutesSince(newer: readonly MinuteCount[], older: readonly MinuteCount[]): MinuteCount[] {
  const before = new Map(older.map((minute) => [minute.minute, minute]));
  return newer.flatMap((minute) => {
    const known = before.get(minute.minute);
    if (known === undefined) return [minute];
    const count = minute.count - known.count;
    if (count <= 0) return [];
    return [
      {
        minute: minute.minute,
        count,
        values: valuesSince(minute.values, known.values),
        sketch: sketchSince(minute, known),
      },
    ];
  });
}

function sketchSince(newer: MinuteCount, older: MinuteCount): MinuteCount['sketch'] {
  if (newer.sketch === null || older.sketch === null) return newer.sketch;
  return newer.values?.count === older.values?.count ? null : subtractSketch(newer.sketch, older.sketch);
}
