import type { Schema } from 'avsc';
import type { Aggregate } from '../../schemas/aggregate.ts';
import type { Severity } from '../../schemas/alert.ts';
import type { EventTimeMs } from '../../schemas/brand.ts';
import type { MinuteCount, Sketch } from '../../schemas/reduced.ts';
import { emptySketch, mergeSketches, quantileOf } from '../../schemas/sketch.ts';
import { unstamped } from '../events.ts';

export const windowMs = 60_000;

/** Windows whose starts lie in the same stretch of time share a row: an alert that goes on fills several. */
const stretchMs = 300_000;

/** What the windows of a row have in common. */
export interface Group {
  readonly tenant: string;
  readonly service: string;
  readonly severity: Severity;
  readonly name: string;
}

/** Open windows of one (tenant, service, severity, name) in one stretch. */
export interface Stretch extends Group {
  /** Ascending by start. */
  readonly windows: readonly Window[];
}

/** One open window: a minute. */
export interface Window {
  readonly start: EventTimeMs;
  readonly count: number;
  readonly valueCount: number;
  readonly sum: number;
  readonly min: number;
  readonly max: number;
  readonly sketch: Sketch;
  /** Revisions stated so far. */
  readonly revision: number;
  /** `time.complete` at which nothing more can come. */
  readonly closesAt: EventTimeMs;
  /** `time.complete` at which it is stated next. */
  readonly statedAt: EventTimeMs;
}

const windowSchema: Schema = {
  type: 'record',
  name: 'Window',
  fields: [
    { name: 'start', type: 'long' },
    { name: 'count', type: 'long' },
    { name: 'valueCount', type: 'long' },
    { name: 'sum', type: 'double' },
    { name: 'min', type: 'double' },
    { name: 'max', type: 'double' },
    {
      name: 'sketch',
      type: {
        type: 'record',
        name: 'Sketch',
        fields: [
          { name: 'keys', type: { type: 'array', items: 'int' } },
          { name: 'counts', type: { type: 'array', items: 'long' } },
        ],
      },
    },
    { name: 'revision', type: 'int' },
    { name: 'closesAt', type: 'long' },
    { name: 'statedAt', type: 'long' },
  ],
};

export const stretchSchema: Schema = {
  type: 'record',
  name: 'Stretch',
  fields: [
    { name: 'tenant', type: 'string' },
    { name: 'service', type: 'string' },
    { name: 'severity', type: 'string' },
    { name: 'name', type: 'string' },
    { name: 'windows', type: { type: 'array', items: windowSchema } },
  ],
};

/** Number of the stretch that holds a window. */
export function stretchOf(start: EventTimeMs): number {
  return Math.floor(start / stretchMs);
}

/** A window that its maker may still change. */
export type OpenWindow = { -readonly [K in keyof Window]: Window[K] };

/** The window that a tally opens, to be stated last when it closes; it shares the sketch, which nobody changes. */
export function newWindow({ minute, count, values, sketch }: MinuteCount, closesAt: EventTimeMs): OpenWindow {
  return {
    start: minute,
    count,
    valueCount: values?.count ?? 0,
    sum: finite(values?.sum ?? 0),
    min: values?.min ?? 0,
    max: values?.max ?? 0,
    sketch: sketch ?? noSketch,
    revision: 0,
    closesAt,
    statedAt: closesAt,
  };
}

const noSketch: Sketch = emptySketch();

/** The same window, to be changed. Flat, as docs/performance.md says. */
export function copyOf(window: Window): OpenWindow {
  return {
    start: window.start,
    count: window.count,
    valueCount: window.valueCount,
    sum: window.sum,
    min: window.min,
    max: window.max,
    sketch: window.sketch,
    revision: window.revision,
    closesAt: window.closesAt,
    statedAt: window.statedAt,
  };
}

/** With what a tally brings for this minute; the order of additions does not matter. */
export function addMinute(
  window: Window,
  { count, values, sketch }: MinuteCount,
  closesAt: EventTimeMs,
): OpenWindow {
  const sum = copyOf(window);
  sum.count += count;
  sum.closesAt = Math.max(window.closesAt, closesAt);
  if (values === null) return sum;
  const isFirst = window.valueCount === 0;
  sum.valueCount += values.count;
  sum.sum = finite(window.sum + values.sum);
  sum.min = isFirst ? values.min : Math.min(window.min, values.min);
  sum.max = isFirst ? values.max : Math.max(window.max, values.max);
  if (sketch !== null) sum.sketch = mergeSketches(window.sketch, sketch);
  return sum;
}

/** Sums of huge values stay numbers, as in the partials they come from. */
function finite(sum: number): number {
  return Math.min(Math.max(sum, -Number.MAX_VALUE), Number.MAX_VALUE);
}

export function aggregateOf(
  { tenant, service, severity, name }: Group,
  window: Window,
  isFinal: boolean,
): Aggregate {
  const { start, count, valueCount, sum, min, max } = window;
  const hasValues = valueCount > 0;
  return {
    tenant,
    service,
    severity,
    name,
    windowStart: start,
    windowEnd: start + windowMs,
    count,
    valueCount,
    sum,
    min: hasValues ? min : null,
    max: hasValues ? max : null,
    p50: quantileWithin(window, 0.5),
    p90: quantileWithin(window, 0.9),
    p99: quantileWithin(window, 0.99),
    revision: window.revision + 1,
    isFinal,
    origin: unstamped,
  };
}

/** A bucket speaks with its middle, which may lie up to 1 % outside of what was observed; min and max are exact. */
function quantileWithin({ sketch, min, max }: Window, q: number): number | null {
  const quantile = quantileOf(sketch, q);
  return quantile === null ? null : Math.min(Math.max(quantile, min), max);
}
