import type { Ending, Head, Status } from './alert.ts';
import type { EventTimeMs, Fingerprint } from './brand.ts';
import type { Control } from './control.ts';
import type { Place } from './place.ts';

/** Mergeable statistics of values: DDSketch buckets with 1 % relative accuracy, positive, negative and zero apart. */
export interface Sketch {
  /** Bucket indexes, ascending, each with its count at the same position of `counts`. */
  readonly keys: readonly number[];
  readonly counts: readonly number[];
}

/** Observed values of a run or segment; absent (null) when none carried a value. */
export interface Values {
  readonly count: number;
  readonly sum: number;
  readonly min: number;
  readonly max: number;
  readonly last: number;
  /** Time of `last`; the greater value wins a tie, so that order does not matter. */
  readonly lastAt: EventTimeMs;
}

/** Observations of a run that no resolve can fall between: all in [first, last], ascending and disjoint within a run. */
export interface Segment {
  readonly first: EventTimeMs;
  readonly last: EventTimeMs;
  /** The latest end that a timeout source named or implied in it; null for other sources. */
  readonly endsAt: EventTimeMs | null;
  readonly count: number;
  readonly values: Values | null;
}

/** What one minute of a run adds to the aggregates. */
export interface MinuteCount {
  /** Start of the minute. */
  readonly minute: EventTimeMs;
  readonly count: number;
  readonly values: Values | null;
  readonly sketch: Sketch | null;
}

/** What an alert is, and its text: the same for all observations with one head, under one configuration. */
export interface Subject {
  readonly fingerprint: Fingerprint;
  readonly fingerprintRule: string;
  /** Correlation domain: the key of the reduced record. */
  readonly domain: string;
  readonly contentHash: string;
  /** Hash of the watched fields (severity and those named in the config). */
  readonly watched: string;
  readonly ending: Ending;
  /** Rule that drops these alerts (they are counted, never told), or ''. */
  readonly droppedBy: string;
  readonly head: Head;
}

/**
 * What one raw partition has seen of one run: cumulative, and true of the log prefix up to `v` (protocol.md §1).
 * A run = the observations of one fingerprint in one cell and shard with equal status, watched fields, named start and,
 * for resolves, named end. Its subject is that of the newest observation (by time, then content hash).
 */
export interface Partial extends Subject {
  readonly kind: 'partial';
  readonly shard: number;
  /** The run's first alert. */
  readonly id: Place;
  /** The newest alert in it; a partial replaces the one of the same (shard, id) only with a higher `v`. */
  readonly v: Place;
  /** The id that the producer gave the newest observation. */
  readonly sourceId: string;
  readonly status: Status;
  /** Start of the cell; the cell ends at `cell + cellMs`. */
  readonly cell: EventTimeMs;
  readonly cellMs: number;
  /**
   * The named start of the period, not earlier than `reachMs` before the cell; null when the source names none. The end of
   * the cell stands for starts no earlier than their observation: each begins with itself.
   */
  readonly startsAt: EventTimeMs | null;
  /** resolved: the named end; null when each ends at its own time. firing: the latest end of a timeout source. */
  readonly endsAt: EventTimeMs | null;
  readonly first: EventTimeMs;
  readonly last: EventTimeMs;
  /** Observations, firing or resolved as the run is. */
  readonly count: number;
  readonly segments: readonly Segment[];
  readonly minutes: readonly MinuteCount[];
  readonly values: Values | null;
}

/** An alert that came more than `latenessMs` after its own time: passed alone, outside its occurrence. */
export interface LateAlert {
  readonly kind: 'late';
  readonly shard: number;
  readonly place: Place;
  readonly fingerprint: Fingerprint;
  readonly fingerprintRule: string;
  readonly domain: string;
  readonly head: Head;
  readonly contentHash: string;
  readonly sourceId: string;
  readonly status: Status;
  readonly startsAt: EventTimeMs | null;
  readonly endsAt: EventTimeMs | null;
  readonly at: EventTimeMs;
  readonly value: number | null;
}

/** REDUCE shard `shard` of `shards` has stated everything that its log holds up to `complete`. */
export interface Heartbeat {
  readonly kind: 'heartbeat';
  readonly shard: number;
  readonly shards: number;
  readonly complete: EventTimeMs;
}

/** A control record as the shard's own log holds it; `index` is its offset in `control.v1`. */
export interface ControlCopy {
  readonly kind: 'control';
  readonly index: number;
  readonly control: Control;
}

/**
 * A version of RELATE's configuration. What stands behind it in the log is decided by it, whoever reads the log; the same
 * version again changes nothing.
 */
export interface ConfigVersion {
  readonly kind: 'config';
  /** Names the content: equal configurations have equal hashes. */
  readonly hash: string;
  /** JSON of the operators' sections, compressed. */
  readonly gzip: Uint8Array;
}

/** Value of `alerts.reduced.v1`. */
export type Reduced = Partial | LateAlert | Heartbeat | ControlCopy | ConfigVersion;
