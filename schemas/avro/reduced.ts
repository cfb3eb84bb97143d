import { TocsinError } from '../errors.ts';
import type {
  ConfigVersion,
  ControlCopy,
  Heartbeat,
  LateAlert,
  MinuteCount,
  Partial,
  Reduced,
  Segment,
  Sketch,
  Subject,
  Values,
} from '../reduced.ts';
import { type ControlWire, controlFromWire, controlRecord, controlToWire } from './control.ts';
import { defaulted, document, type Fields, listOf, optional, record, required, time } from './notation.ts';
import { placeSchema } from './place.ts';
import { headSchema } from './raw-alert.ts';
import { wordLists } from './words.ts';

const values = record<Values>('Values', 'Observed values.', {
  count: required('long', 'Observations that had a value.'),
  sum: required('double', 'Their sum.'),
  min: required('double', 'The least.'),
  max: required('double', 'The greatest.'),
  last: required('double', 'The newest.'),
  lastAt: required(time, 'Time of the newest.'),
});

const sketch = record<Sketch>('Sketch', 'A mergeable quantile sketch (DDSketch, 1 % relative accuracy).', {
  keys: required(listOf('long'), 'Bucket indexes, ascending.'),
  counts: required(listOf('long'), 'Count of each bucket.'),
});

export const segment = record<Segment>('Segment', 'Observations of a run that no resolve can fall between.', {
  first: required(time, 'First observation.'),
  last: required(time, 'Last observation.'),
  endsAt: optional(time, 'The latest end that a timeout source named in it.'),
  count: required('long', 'Observations.'),
  values: optional(values, 'Their values.'),
});

export const minuteCount = record<MinuteCount>(
  'MinuteCount',
  'What one minute of a run adds to the aggregates.',
  {
    minute: required(time, 'Start of the minute.'),
    count: required('long', 'Observations.'),
    values: optional(values, 'Their values.'),
    sketch: optional(sketch, 'Their distribution.'),
  },
);

/** First in a partial: what a shard knows as bytes is written at once (`PartialType`). The head comes last of them. */
export const subjectFields: Fields<Subject> = {
  fingerprint: required('string', 'What the alert is.'),
  fingerprintRule: required('string', 'The identity rule that applied.'),
  domain: required('string', 'Correlation domain; the key of the record.'),
  contentHash: required('string', 'Hash of the head.'),
  watched: required('string', 'Hash of the watched fields.'),
  ending: required(wordLists.ending.schema, 'How its source says that it is over.'),
  droppedBy: defaulted('string', '', 'Rule that drops these alerts; they are counted, never told.'),
  head: required(headSchema, 'Text of the newest observation.'),
};

/** Last in a partial: what was observed may be written straight from its numbers (`Sightings`). */
export const countsFields: Fields<Pick<Partial, 'segments' | 'minutes' | 'values'>> = {
  segments: required(listOf(segment), 'The run in pieces, ascending and disjoint.'),
  minutes: required(listOf(minuteCount), 'The run by minute.'),
  values: optional(values, 'Its values.'),
};

const partial = record<Omit<Partial, 'kind'>>(
  'Partial',
  'What one raw partition has seen of one run; cumulative.',
  {
    ...subjectFields,
    shard: required('int', 'The raw partition.'),
    id: required(placeSchema, "The run's first alert."),
    v: required(placeSchema, 'The newest alert in it; only a higher v replaces.'),
    sourceId: required('string', 'The id the producer gave the newest observation.'),
    status: required(wordLists.status.schema, 'Firing or resolved.'),
    cell: required(time, 'Start of the cell.'),
    cellMs: required('long', 'Length of the cell in milliseconds.'),
    startsAt: optional(time, 'The named start of the period.'),
    endsAt: optional(time, 'The real end, or the latest one a timeout source named.'),
    first: required(time, 'First observation.'),
    last: required(time, 'Last observation.'),
    count: required('long', 'Observations.'),
    ...countsFields,
  },
);

const late = record<Omit<LateAlert, 'kind'>>('LateAlert', 'An alert that came too late for its occurrence.', {
  shard: required('int', 'The raw partition.'),
  place: required(placeSchema, 'Its place there.'),
  fingerprint: required('string', 'What the alert is.'),
  fingerprintRule: required('string', 'The identity rule that applied.'),
  domain: required('string', 'Correlation domain; the key of the record.'),
  head: required(headSchema, 'Its text.'),
  contentHash: required('string', 'Hash of the head.'),
  sourceId: required('string', 'The id the producer gave it.'),
  status: required(wordLists.status.schema, 'Firing or resolved.'),
  startsAt: optional(time, 'The named start of its period.'),
  endsAt: optional(time, 'The named end of its period.'),
  at: required(time, 'Its own time.'),
  value: optional('double', 'Its value.'),
});

const heartbeat = record<Omit<Heartbeat, 'kind'>>(
  'Heartbeat',
  'A raw partition is stated completely up to a time.',
  {
    shard: required('int', 'The raw partition.'),
    shards: required('int', 'How many there are.'),
    complete: required(time, 'Up to when.'),
  },
);

interface CopyWire {
  readonly index: number;
  readonly control: ControlWire;
}

const copy = record<CopyWire>('ControlCopy', "A control record as the shard's own log holds it.", {
  index: required('long', 'Its offset in control.v1.'),
  control: required(controlRecord, 'The control.'),
});

const config = record<Omit<ConfigVersion, 'kind'>>(
  'ConfigVersion',
  'A version of the configuration of RELATE.',
  {
    hash: required('string', 'Names the content.'),
    gzip: required('bytes', 'JSON of the operators’ sections, compressed.'),
  },
);

/** Exactly one is set. A new kind is one more optional field: an older reader finds none set and says so. */
interface ReducedWire {
  readonly partial: Omit<Partial, 'kind'> | null;
  readonly late: Omit<LateAlert, 'kind'> | null;
  readonly heartbeat: Omit<Heartbeat, 'kind'> | null;
  readonly control: CopyWire | null;
  readonly config: Omit<ConfigVersion, 'kind'> | null;
}

/** The records by kind, for forms other than Avro. */
export const reducedRecords = { partial, late, heartbeat, control: copy, config } as const;

export const reducedSchema = document(
  record<ReducedWire>('Reduced', 'What REDUCE states to RELATE; exactly one field is set.', {
    partial: optional(partial, 'What a raw partition has seen of a run.'),
    late: optional(late, 'A late alert.'),
    heartbeat: optional(heartbeat, 'How far a raw partition is stated.'),
    control: optional(copy, 'A copied control.'),
    config: optional(config, 'A version of the configuration.'),
  }),
);

const none: ReducedWire = { partial: null, late: null, heartbeat: null, control: null, config: null };

export function reducedToWire(value: Reduced): ReducedWire {
  switch (value.kind) {
    case 'partial':
      return { partial: value, late: null, heartbeat: null, control: null, config: null };
    case 'late':
      return { ...none, late: value };
    case 'heartbeat':
      return { ...none, heartbeat: value };
    case 'config':
      return { ...none, config: value };
    case 'control':
      return { ...none, control: { index: value.index, control: controlToWire(value.control) } };
  }
}

/** Takes over the decoded records: they get their `kind` instead of being copied. */
export function reducedFromWire(wire: ReducedWire): Reduced {
  if (wire.partial !== null) return Object.assign(wire.partial, { kind: 'partial' } as const);
  if (wire.late !== null) return Object.assign(wire.late, { kind: 'late' } as const);
  if (wire.heartbeat !== null) return Object.assign(wire.heartbeat, { kind: 'heartbeat' } as const);
  if (wire.config !== null) return Object.assign(wire.config, { kind: 'config' } as const);
  if (wire.control === null) {
    throw new TocsinError(
      'record.invalid-field',
      'the reduced record is of a kind this version does not know',
    );
  }
  const { index, control } = wire.control;
  return { kind: 'control', index, control: controlFromWire(control) } satisfies ControlCopy;
}
