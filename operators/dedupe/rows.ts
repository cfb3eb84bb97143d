import type { Ending, Head, Status } from '../../schemas/alert.ts';
import { document, type Fields, listOf, optional, record, required } from '../../schemas/avro/notation.ts';
import { numbersSchema } from '../../schemas/avro/numbers-type.ts';
import { type PackedCounts, packedCountsSchema } from '../../schemas/avro/packed-counts.ts';
import { packedHeadSchema } from '../../schemas/avro/packed-head.ts';
import { packedSubjectSchema } from '../../schemas/avro/packed-subject.ts';
import { placeSchema } from '../../schemas/avro/place.ts';
import { reducedRecords } from '../../schemas/avro/reduced.ts';
import type { EventTimeMs, Fingerprint, OccurrenceId } from '../../schemas/brand.ts';
import type { Place } from '../../schemas/place.ts';
import type { Partial, Values } from '../../schemas/reduced.ts';
import { rowSchema } from '../row-schema.ts';
import { table } from '../table.ts';
import type { Run, StoredRun } from './run.ts';

/** How many tellings of an occurrence were caused by alerts of one run. */
export interface Causes {
  readonly occurrence: OccurrenceId;
  readonly count: number;
}

/** What is asked of a version of a run with every other version of its fingerprint. */
export interface KnownPartial extends Omit<Partial, 'kind' | 'segments' | 'minutes'> {
  /** That of the head, which is packed: each decision names it. */
  readonly tenant: string;
}

/** RELATE's knowledge of one run of one shard: its newest version, and what of it is accounted for. */
export interface KnownRun {
  readonly partial: KnownPartial;
  readonly counts: PackedCounts;
  readonly causes: readonly Causes[];
  /** Segments up to here are settled: stated in decisions, and part of what was carried or closed. */
  readonly settledTo: EventTimeMs | null;
  readonly settledCount: number;
}

/** The newest observation of an occurrence as far as an alert's text needs it. */
export interface Text {
  readonly at: EventTimeMs;
  readonly status: Status;
  readonly contentHash: string;
  readonly head: Head;
  readonly fingerprintRule: string;
  readonly sourceId: string;
  readonly watched: string;
  readonly ending: Ending;
}

/** What dead cells contributed to an occurrence that is still open. */
export interface Carried {
  readonly start: EventTimeMs;
  /** Until when it speaks if nothing else is heard. */
  readonly end: EventTimeMs;
  readonly isContinuation: boolean;
  readonly isNamed: boolean;
  readonly first: EventTimeMs;
  readonly last: EventTimeMs;
  readonly count: number;
  readonly values: Values | null;
  readonly text: Text;
}

/** What was said of an occurrence. */
export interface Told {
  readonly occurrence: OccurrenceId;
  readonly start: EventTimeMs;
  /** Time of the newest firing observation when it was last told: what reminders count from. */
  readonly toldAt: EventTimeMs;
  readonly isResolved: boolean;
  readonly watched: string;
  /** Tellings so far that said or named it; 0 while it is a silent continuation. */
  readonly revision: number;
  /** Told as merged: it counts as untold should it come back, but its numbers go on. */
  readonly isGone: boolean;
}

/** One fingerprint between its observations; kept while an occurrence is open or a named start could reach back. */
export interface History {
  /** null: nothing was settled. */
  readonly floor: EventTimeMs | null;
  readonly hasEnded: boolean;
  /** Its source names starts, so the floor must be kept as long as one may reach back. */
  readonly isNamed: boolean;
  readonly carried: Carried | null;
  readonly told: readonly Told[];
}

/** What was counted of a run that is gone, so that a version that comes after all adds only what is new. */
export interface Counted {
  readonly fingerprint: Fingerprint;
  readonly cell: EventTimeMs;
  readonly v: Place;
  readonly count: number;
}

/** The newest late alert of a raw partition: later copies of it are told to nobody. */
export interface LateMark {
  readonly place: Place;
}

const fieldOf = (name: keyof Partial) => {
  const field = reducedRecords.partial.fields.find((candidate) => candidate.name === name);
  return required(field?.type ?? 'null', '');
};
const text = (doc = '') => required('string', doc);
const time = (doc = '') => required('long', doc);
const nullableTime = (doc = '') => optional('long', doc);
const flag = (doc = '') => required('boolean', doc);

const runFields: Fields<StoredRun> = {
  rowKey: text(),
  shard: required('int', ''),
  id: fieldOf('id'),
  vOffset: time(),
  vN: required('int', ''),
  subject: required(packedSubjectSchema, ''),
  sourceId: text(),
  status: text(),
  cell: time(),
  cellMs: time(),
  startsAt: nullableTime(),
  resolvedAt: nullableTime(),
  firstIn: time(),
  lastIn: time(),
  count: time(),
  segments: fieldOf('segments'),
  gridMs: time(),
  minutes: fieldOf('minutes'),
  fresh: required(numbersSchema, ''),
  emittedCount: time(),
};

const causes = record<Causes>('Causes', '', { occurrence: text(), count: time() });

const knownPartial = record<KnownPartial>('KnownPartial', '', {
  shard: fieldOf('shard'),
  id: fieldOf('id'),
  v: fieldOf('v'),
  fingerprint: text(),
  fingerprintRule: text(),
  domain: text(),
  tenant: text(),
  head: required(packedHeadSchema, ''),
  contentHash: text(),
  sourceId: text(),
  watched: text(),
  status: text(),
  ending: text(),
  cell: time(),
  cellMs: time(),
  startsAt: nullableTime(),
  endsAt: nullableTime(),
  first: time(),
  last: time(),
  count: time(),
  values: fieldOf('values'),
  droppedBy: text(),
});

const knownRun = record<KnownRun>('KnownRun', '', {
  partial: required(knownPartial, ''),
  counts: required(packedCountsSchema, ''),
  causes: required(listOf(causes), ''),
  settledTo: nullableTime(),
  settledCount: time(),
});

const textRecord = record<Text>('Text', '', {
  at: time(),
  status: text(),
  contentHash: text(),
  head: required(packedHeadSchema, ''),
  fingerprintRule: text(),
  sourceId: text(),
  watched: text(),
  ending: text(),
});

const carried = record<Carried>('Carried', '', {
  start: time(),
  end: time(),
  isContinuation: flag(),
  isNamed: flag(),
  first: time(),
  last: time(),
  count: time(),
  values: fieldOf('values'),
  text: required(textRecord, ''),
});

const told = record<Told>('Told', '', {
  occurrence: text(),
  start: time(),
  toldAt: time(),
  isResolved: flag(),
  watched: text(),
  revision: time(),
  isGone: flag(),
});

const history = record<History>('History', '', {
  floor: nullableTime(),
  hasEnded: flag(),
  isNamed: flag(),
  carried: optional(carried, ''),
  told: required(listOf(told), ''),
});

const counted = record<Counted>('Counted', '', {
  fingerprint: text(),
  cell: time(),
  v: required(placeSchema, ''),
  count: time(),
});

const lateMark = record<LateMark>('LateMark', '', { place: required(placeSchema, '') });

/** combine: one row per live run, under the place of its first alert. */
export const reduceTables = {
  runs: table<Run>(rowSchema(document(record<StoredRun>('Run', '', runFields)))),
};

export const foldTables = {
  /** Under `shard/offset/n` of the run's id. */
  runs: table<KnownRun>(rowSchema(document(knownRun))),
  /** Under the fingerprint. */
  histories: table<History>(rowSchema(document(history))),
  /** Under `shard/offset/n` of the run's id. */
  counted: table<Counted>(rowSchema(document(counted))),
  /** Under the shard's number. */
  lateMarks: table<LateMark>(rowSchema(document(lateMark))),
};

export function knownRunKey({ shard, id }: Pick<Partial, 'shard' | 'id'>): string {
  return `${shard}/${id.offset}/${id.n}`;
}
