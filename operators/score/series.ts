import type { Schema } from 'avsc';
import type { EventTimeMs } from '../../schemas/brand.ts';
import { countOf } from '../../schemas/sketch.ts';
import { faded, type History, nothing, withValue } from './history.ts';

/** What is known of one (tenant, source, name): how many observations its buckets hold, and how it scored. */
export interface Series {
  /** Start of the bucket that is being counted. */
  readonly bucket: EventTimeMs;
  readonly count: number;
  /** Counts of the buckets before it, empty ones as zeros. */
  readonly rates: History;
  /** Surprises of its earlier tellings. */
  readonly surprises: History;
  readonly lastSeen: EventTimeMs;
}

/** Values of one fingerprint. */
export interface ValueSeries {
  readonly values: History;
  readonly lastSeen: EventTimeMs;
}

/** What all series of a tenant have in common, lent to the young ones. */
export interface TenantHabits {
  readonly firstBucket: EventTimeMs;
  readonly surprises: History;
  readonly lastSeen: EventTimeMs;
}

const history: Schema = {
  type: 'record',
  name: 'History',
  fields: [
    { name: 'keys', type: { type: 'array', items: 'int' } },
    { name: 'counts', type: { type: 'array', items: 'long' } },
  ],
};

export const seriesSchema: Schema = {
  type: 'record',
  name: 'Series',
  fields: [
    { name: 'bucket', type: 'long' },
    { name: 'count', type: 'long' },
    { name: 'rates', type: history },
    { name: 'surprises', type: 'History' },
    { name: 'lastSeen', type: 'long' },
  ],
};

export const valueSeriesSchema: Schema = {
  type: 'record',
  name: 'ValueSeries',
  fields: [
    { name: 'values', type: history },
    { name: 'lastSeen', type: 'long' },
  ],
};

export const habitsSchema: Schema = {
  type: 'record',
  name: 'TenantHabits',
  fields: [
    { name: 'firstBucket', type: 'long' },
    { name: 'surprises', type: history },
    { name: 'lastSeen', type: 'long' },
  ],
};

/**
 * A series before its first observation. It starts with the quiet that its tenant was watched for: an alert that was
 * never seen in a month says more than one never seen in an hour.
 */
export function newSeries(bucket: EventTimeMs, quietBuckets: number): Series {
  return {
    bucket,
    count: 0,
    rates: withValue(nothing, 0, quietBuckets),
    surprises: nothing,
    lastSeen: bucket,
  };
}

interface Pace {
  readonly bucketMs: number;
  readonly memoryBuckets: number;
}

/** Counts observations of one bucket; what belongs to a bucket that is already behind only refreshes `lastSeen`. */
export function counted(
  series: Series,
  seen: { readonly at: EventTimeMs; readonly count: number },
  pace: Pace,
): Series {
  const moved = movedTo(series, Math.floor(seen.at / pace.bucketMs) * pace.bucketMs, pace);
  const isCurrent = seen.at >= moved.bucket;
  // Flat, as docs/performance.md says.
  return {
    bucket: moved.bucket,
    count: moved.count + (isCurrent ? seen.count : 0),
    rates: moved.rates,
    surprises: moved.surprises,
    lastSeen: Math.max(moved.lastSeen, seen.at),
  };
}

/** Closes buckets until `bucket` is the one being counted. */
export function movedTo(series: Series, bucket: EventTimeMs, pace: Pace): Series {
  if (bucket <= series.bucket) return series;
  const quiet = Math.min((bucket - series.bucket) / pace.bucketMs - 1, pace.memoryBuckets);
  const grown = withValue(withValue(series.rates, series.count), 0, quiet);
  const rates = countOf(grown) > pace.memoryBuckets ? faded(grown) : grown;
  const { surprises, lastSeen } = series;
  return { bucket, count: 0, rates, surprises, lastSeen };
}
