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

/** The window that a tally opens, to be stated last when it closes; it shares the sketch, which nobody changes. */
export function newWindow({ minute, count, values, sketch }: MinuteCount, closesAt: EventTimeMs): Window {
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

/** Adds what a tally brings for this minute; the order of additions does not matter. */
export function addMinute(
  window: Window,
  { count, values, sketch }: MinuteCount,
  closesAt: EventTimeMs,
): Window {
  const counted = { ...window, count: window.count + count, closesAt: Math.max(window.closesAt, closesAt) };
  if (values === null) return counted;
  const isFirst = window.valueCount === 0;
  return {
    ...counted,
    valueCount: window.valueCount + values.count,
    sum: finite(window.sum + values.sum),
    min: isFirst ? values.min : Math.min(window.min, values.min),
    max: isFirst ? values.max : Math.max(window.max, values.max),
    sketch: sketch === null ? window.sketch : mergeSketches(window.sketch, sketch),
  };
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
