import type { Aggregate } from '../schemas/aggregate.ts';
import type { Ending, EnrichedAlert, Head, Labels, Status, Tail } from '../schemas/alert.ts';
import type { PackedSubject } from '../schemas/avro/packed-subject.ts';
import type { EventTimeMs, Fingerprint } from '../schemas/brand.ts';
import type { Decision, InputRange } from '../schemas/decision.ts';
import type { RecordError } from '../schemas/errors.ts';
import type { Incident } from '../schemas/incident.ts';
import type { Origin, Place } from '../schemas/place.ts';
import type { ControlCopy, LateAlert, MinuteCount, Partial, Reduced } from '../schemas/reduced.ts';
import type { Stretch } from '../schemas/stretch.ts';
import type { TopicId } from '../schemas/topics.ts';

/** Bytes with an offset, as the log of a raw partition holds them. */
export interface RawRecord {
  readonly kind: 'record';
  readonly shard: number;
  readonly offset: number;
  /** The record's timestamp. */
  readonly at: EventTimeMs;
  readonly value: Uint8Array | null;
  /** Where the value lies, for who reads it there; its being absent says nothing. */
  readonly lies?: Stretch | null;
  /** Kafka headers as text; CloudEvents in binary mode live here. */
  readonly headers: Labels;
}

/** A head that was seen before is the same object, so what is computed from it can be kept beside it. */
export interface KnownHead extends Head {
  /** How its source ends a period; chosen by the payload's shape. */
  readonly ending: Ending;
  /** What fingerprint computed from it. This and the next two have their place here, so that a repeat looks nothing up. */
  identity?: PackedSubject | null;
  /** The rules under which it was computed. */
  identifiedUnder?: object | null;
  /** Where combine counted the last alert with this head. */
  run?: object | null;
}

/** A tail that may know where its id lies, one byte for each character; its not knowing says nothing. */
export interface SeenTail extends Tail {
  /** For as long as the step: it lies in all that was fetched with it. */
  readonly idLies?: Stretch | null;
}

/** One decoded alert on its way through REDUCE. */
export interface Observation {
  readonly kind: 'observation';
  /** The raw partition it was read from. */
  readonly shard: number;
  readonly place: Place;
  readonly at: EventTimeMs;
  readonly head: KnownHead;
  readonly tail: SeenTail;
}

export interface IdentifiedHead extends KnownHead {
  /** Computed once per head, not per observation. */
  identity: PackedSubject;
}

/** Its identity is to be found at its head: what stands in an event is looked into when the event is made, and a repeat has no need of it. */
export interface Identified extends Omit<Observation, 'kind' | 'head'> {
  readonly kind: 'identified';
  readonly head: IdentifiedHead;
}

/** A record, or one alert of it (`n`), that cannot be used: goes to the dead-letter topic with its bytes untouched. */
export interface DeadLetter {
  readonly kind: 'dead-letter';
  readonly record: RawRecord;
  readonly n: number;
  readonly error: RecordError;
}

/** With `traceAssignments`, which run an alert went into, so that a replay can say what became of each alert. */
export interface Assigned {
  readonly kind: 'assigned';
  readonly place: Place;
  /** The run's id; null for a late alert, which travels alone. */
  readonly run: Place | null;
  readonly t: EventTimeMs;
  readonly fingerprint: Fingerprint;
}

/** A value for a topic. The shard stamps `origin` (where the value has one), encodes it, and produces it. */
export type Output =
  | { readonly kind: 'output'; readonly topic: 'reduced'; readonly key: string; readonly value: Reduced }
  | {
      readonly kind: 'output';
      readonly topic: 'enriched' | 'suppressed';
      readonly key: string;
      readonly value: EnrichedAlert;
    }
  | { readonly kind: 'output'; readonly topic: 'incidents'; readonly key: string; readonly value: Incident }
  | { readonly kind: 'output'; readonly topic: 'aggregates'; readonly key: string; readonly value: Aggregate }
  | { readonly kind: 'output'; readonly topic: 'decisions'; readonly key: string; readonly value: Decision };

export type OutputTopic = Extract<TopicId, Output['topic']>;

export type ReduceEvent = RawRecord | Observation | Identified | DeadLetter | Assigned | Output;

/**
 * Something that may be told about an occurrence. Each operator of RELATE adds what it knows to `alert`; `publish`
 * decides the topic.
 */
export interface Telling {
  readonly kind: 'telling';
  readonly alert: EnrichedAlert;
  /** The alert that caused it; null when time did. It is accounted for by this telling. */
  readonly cause: InputRange | null;
}

/** What a partial adds to the counts of its fingerprint: firing observations by minute, as deltas (never negative). */
export interface Tally {
  readonly kind: 'tally';
  readonly fingerprint: Fingerprint;
  readonly head: Head;
  readonly status: Status;
  /** Filled in by enrich. */
  readonly service: string;
  readonly minutes: readonly MinuteCount[];
  /** Nothing more comes for these minutes once `time.complete` reaches this. */
  readonly closesAt: EventTimeMs;
}

/** An incident as correlate sees it; publish counts the suppressed members and decides whether anybody may see it. */
export interface IncidentChange {
  readonly kind: 'incident';
  readonly incident: Incident;
}

export type RelateEvent = Partial | LateAlert | ControlCopy | Telling | Tally | IncidentChange | Output;

/** A place holder origin; the shard stamps the true one when the output leaves. */
export const unstamped: Origin = { shard: -1, offset: -1, n: -1 };
