import { medianAbsoluteDeviation, median as medianOf } from 'simple-statistics';

/** One figure of a scenario, with everything that was measured of it. */
export interface Row {
  readonly name: string;
  /** Of each sample: `µs CPU`, `MiB`, `ms`, `records/s`. */
  readonly unit: string;
  readonly better: 'less' | 'more';
  readonly samples: readonly number[];
  readonly median: number;
  /** Median absolute deviation: half of the samples are nearer to the median than this. */
  readonly spread: number;
  readonly note: string;
  /** What the median must not go beyond; null where nothing is guarded. */
  readonly limit: number | null;
}

export type RowDraft = Pick<Row, 'name' | 'unit' | 'samples'> &
  Partial<Pick<Row, 'better' | 'note' | 'limit'>>;

/** @throws Error where nothing was measured: a row without samples says nothing */
export function rowOf({ name, unit, samples, better = 'less', note = '', limit = null }: RowDraft): Row {
  if (samples.length === 0) throw new Error(`${name}: nothing was measured`);
  const values = [...samples];
  return {
    name,
    unit,
    better,
    samples: values.map(rounded),
    median: rounded(medianOf(values)),
    spread: rounded(medianAbsoluteDeviation(values)),
    note,
    limit,
  };
}

/** Six digits are more than anything here is worth, and keep the files small. */
function rounded(value: number): number {
  return Number(value.toPrecision(6));
}

export function isBeyondLimit({ median, better, limit }: Pick<Row, 'median' | 'better' | 'limit'>): boolean {
  return limit !== null && (better === 'less' ? median > limit : median < limit);
}
