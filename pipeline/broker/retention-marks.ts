import type { EventTimeMs } from '../../schemas/brand.ts';

interface Segment {
  readonly openedAt: EventTimeMs;
  lastAppendAt: EventTimeMs;
  /** First offset after the segment. */
  end: number;
}

/** Time retention works on this share of the period: records live between one and 1 + 1/16 periods. */
const segmentsPerPeriod = 16;

/**
 * Remembers roughly when offsets were appended, a few marks per partition however long it is. Time counts from the
 * append, not from the record's timestamp: a backfill of old alerts must not be deleted as it arrives.
 */
export class RetentionMarks {
  retentionMs: number;
  readonly #segments: Segment[] = [];

  constructor(retentionMs: number) {
    this.retentionMs = retentionMs;
  }

  /** States that everything below `end` was appended by `now`. */
  note(end: number, now: EventTimeMs): void {
    const last = this.#segments.at(-1);
    if (last === undefined || now >= last.openedAt + this.retentionMs / segmentsPerPeriod) {
      this.#segments.push({ openedAt: now, lastAppendAt: now, end });
      return;
    }
    last.lastAppendAt = now;
    last.end = end;
  }

  /** Forgets the segments that are past their time; returns the offset below which nothing needs to be kept, or null. */
  takeExpired(now: EventTimeMs): number | null {
    let end: number | null = null;
    for (let first = this.#segments[0]; first !== undefined; first = this.#segments[0]) {
      if (now - first.lastAppendAt < this.retentionMs) break;
      end = first.end;
      this.#segments.shift();
    }
    return end;
  }
}
