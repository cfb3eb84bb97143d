import type { Ending, Head, Status } from '../../schemas/alert.ts';
import { PackedHead, type PackedSubject, type Prepacked, Sightings } from '../../schemas/avro/index.ts';
import type { EventTimeMs, Fingerprint } from '../../schemas/brand.ts';
import type { Place } from '../../schemas/place.ts';
import type { Partial, Values } from '../../schemas/reduced.ts';
import { mergeValues } from '../../schemas/values.ts';
import { type Counts, counted } from './fresh.ts';
import type { Run } from './run.ts';
import { copyValues, latest, maxExact } from './segments.ts';

/** The run as it is now, sharing nothing that may still change. */
export function partialOf(run: Run): Partial & Prepacked {
  const sightings = run.segments.length > 0 ? null : Sightings.of(run.cell, run.fresh, maxExact);
  return sightings === null ? countedPartialOf(run) : new SightedPartial(run, sightings);
}

/** A flat literal: see docs/performance.md on spreads. */
function countedPartialOf(run: Run): Partial & Prepacked {
  const counts = counted(run);
  const { subject } = run;
  return {
    kind: 'partial',
    subject,
    sightings: null,
    fingerprint: subject.fingerprint,
    fingerprintRule: subject.fingerprintRule,
    domain: subject.domain,
    contentHash: subject.contentHash,
    watched: subject.watched,
    ending: run.ending,
    droppedBy: run.droppedBy,
    head: plainHead(run.head),
    shard: run.shard,
    id: run.id,
    v: { offset: run.vOffset, n: run.vN },
    sourceId: run.sourceId,
    status: run.status,
    cell: run.cell,
    cellMs: run.cellMs,
    startsAt: run.startsAt,
    endsAt: run.status === 'firing' ? latestEnd(counts) : run.resolvedAt,
    first: run.cell + run.firstIn,
    last: run.cell + run.lastIn,
    count: run.count,
    segments: counts.segments,
    minutes: counts.minutes,
    values: valuesOf(counts),
  };
}

/** Of a run whose observations all wait. They are counted for who asks; nearly all partials are only written. */
class SightedPartial implements Partial, Prepacked {
  readonly kind = 'partial';
  readonly subject: PackedSubject;
  readonly sightings: Sightings;
  readonly head: Head;
  readonly shard: number;
  readonly id: Place;
  readonly v: Place;
  readonly sourceId: string;
  readonly status: Status;
  readonly cell: EventTimeMs;
  readonly cellMs: number;
  readonly startsAt: EventTimeMs | null;
  readonly endsAt: EventTimeMs | null;
  readonly first: EventTimeMs;
  readonly last: EventTimeMs;
  readonly count: number;

  constructor(run: Run, sightings: Sightings) {
    this.subject = run.subject;
    this.sightings = sightings;
    this.head = plainHead(run.head);
    this.shard = run.shard;
    this.id = run.id;
    this.v = { offset: run.vOffset, n: run.vN };
    this.sourceId = run.sourceId;
    this.status = run.status;
    this.cell = run.cell;
    this.cellMs = run.cellMs;
    this.startsAt = run.startsAt;
    // Observations that wait have no ends of their own.
    this.endsAt = run.resolvedAt;
    this.first = run.cell + run.firstIn;
    this.last = run.cell + run.lastIn;
    this.count = run.count;
  }

  get fingerprint(): Fingerprint {
    return this.subject.fingerprint;
  }

  get fingerprintRule(): string {
    return this.subject.fingerprintRule;
  }

  get domain(): string {
    return this.subject.domain;
  }

  get contentHash(): string {
    return this.subject.contentHash;
  }

  get watched(): string {
    return this.subject.watched;
  }

  get ending(): Ending {
    return this.subject.ending;
  }

  get droppedBy(): string {
    return this.subject.droppedBy;
  }

  get segments(): Partial['segments'] {
    return this.#counted().segments;
  }

  get minutes(): Partial['minutes'] {
    return this.#counted().minutes;
  }

  get values(): Values | null {
    return valuesOf(this.#counted());
  }

  /** Fields alone are what JSON and comparisons see. */
  toJSON(): Partial {
    const { segments, minutes, values } = this;
    return { ...this.subject.toJSON(), ...this, segments, minutes, values };
  }

  #counted(): Counts {
    const { cell, cellMs, sightings } = this;
    return counted({ cell, cellMs, segments: [], gridMs: 1, minutes: [], fresh: sightings.numbers() });
  }
}

function latestEnd({ segments }: Counts): EventTimeMs | null {
  return segments.reduce<EventTimeMs | null>((end, { endsAt }) => latest(end, endsAt), null);
}

function valuesOf({ segments }: Counts): Values | null {
  return copyValues(segments.reduce<Values | null>((all, { values }) => mergeValues(all, values), null));
}

/** How its source ends periods is no part of an alert's text, though the objects that normalize makes carry it. */
export function plainHead(head: Head): Head {
  if (head instanceof PackedHead) return head;
  const { tenant, source, name, severity, labels, annotations, generatorUrl } = head;
  return { tenant, source, name, severity, labels, annotations, generatorUrl };
}
