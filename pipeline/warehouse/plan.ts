import { TocsinError } from '../../schemas/errors.ts';
import type { Place } from '../../schemas/place.ts';

/** Offsets [lo, hi) of one partition that are inserted as one. */
export interface Range {
  readonly lo: number;
  readonly hi: number;
}

/** One that is inserted, or is about to be. */
export interface Plan extends Range {
  /**
   * What tells the log from one of the same name: a topic that was made anew, or another process' own, has other records at these
   * offsets. '' in a plan of a version that did not say it.
   */
  readonly log: string;
}

/** Highest origin position that is stored, per shard that wrote to the partition (RELATE: one). */
export type Marks = ReadonlyMap<number, Place>;

/** What the sink knows of a partition; it lives in the offset's metadata and nowhere else, so both move as one. */
export interface Progress {
  /** The range that is being inserted, or null. It begins at the committed offset. */
  readonly plan: Plan | null;
  readonly marks: Marks;
}

/** A record as the sink holds it: not read yet. */
export interface Held {
  readonly offset: number;
  /** Of the record, ms. */
  readonly timestamp: number;
  readonly value: Uint8Array | null;
}

export interface Limits {
  readonly batchRows: number;
  readonly batchBytes: number;
}

export const nothingStored: Progress = { plan: null, marks: new Map() };

const maxMetadataBytes = 4_096;

/** `{"v":1,"plan":[lo,hi],"log":id,"marks":[[shard,offset,n],…]}`, at most 4 KiB: room for more than a hundred shards. */
export function encodeProgress({ plan, marks }: Progress): string {
  const text = JSON.stringify({
    v: 1,
    plan: plan === null ? null : [plan.lo, plan.hi],
    ...(plan === null || plan.log === '' ? {} : { log: plan.log }),
    marks: Array.from(marks, ([shard, { offset, n }]) => [shard, offset, n]),
  });
  if (text.length > maxMetadataBytes) {
    throw new TocsinError('invariant.broken', `${marks.size} shards wrote to one partition`);
  }
  return text;
}

/**
 * Progress as of a committed offset of a log; null when the metadata is not ours. A plan that begins elsewhere was left behind by
 * somebody who moved the offset by hand, and does not hold any more, nor does one that was made for another log.
 */
export function decodeProgress(metadata: string, offset: number, log: string): Progress | null {
  if (metadata === '') return nothingStored;
  const stored = parse(metadata);
  if (stored === null) return null;
  const [lo, hi] = stored.plan ?? [];
  const planned = stored.log ?? '';
  const isHere = lo === offset && hi !== undefined && hi > lo && (planned === '' || planned === log);
  return {
    plan: isHere ? { lo, hi, log: planned } : null,
    marks: new Map(stored.marks.map(([shard, at, n]) => [shard, { offset: at, n }])),
  };
}

/** The range to insert next: as many records from the front as the limits allow; null when there are none. */
export function choosePlan(records: readonly Held[], lo: number, limits: Limits): Range | null {
  let bytes = 0;
  let hi = lo;
  for (const [count, record] of records.entries()) {
    bytes += bytesOf(record);
    if (count > 0 && (count >= limits.batchRows || bytes > limits.batchBytes)) break;
    hi = record.offset + 1;
  }
  return hi > lo ? { lo, hi } : null;
}

/** All records of the range have been read. One that compaction took away since has a successor behind the range. */
export function hasAll(plan: Range, records: readonly Held[]): boolean {
  const last = records.at(-1);
  return last !== undefined && last.offset >= plan.hi - 1;
}

export function bytesOf({ value }: Held): number {
  return value?.length ?? 0;
}

/** Names an insert: the same range of the same partition of the same log always has the same rows. */
export function tokenOf(
  table: string,
  { topic, partition }: { readonly topic: string; readonly partition: number },
  { lo, hi, log }: Plan,
): string {
  return [table, topic, ...(log === '' ? [] : [log]), partition, `${lo}-${hi}`].join('/');
}

interface Stored {
  readonly plan: readonly number[] | null;
  readonly log?: string;
  readonly marks: readonly (readonly [number, number, number])[];
}

function parse(metadata: string): Stored | null {
  try {
    const stored: unknown = JSON.parse(metadata);
    return isStored(stored) ? stored : null;
  } catch {
    return null;
  }
}

function isStored(value: unknown): value is Stored {
  if (typeof value !== 'object' || value === null || !('v' in value) || value.v !== 1) return false;
  if (!('plan' in value) || !('marks' in value) || !Array.isArray(value.marks)) return false;
  if ('log' in value && typeof value.log !== 'string') return false;
  return (value.plan === null || isNumbers(value.plan, 2)) && value.marks.every((mark) => isNumbers(mark, 3));
}

function isNumbers(value: unknown, length: number): boolean {
  return Array.isArray(value) && value.length === length && value.every(Number.isSafeInteger);
}
