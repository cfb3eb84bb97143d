import { type WordList, wordLists } from '../../schemas/avro/words.ts';
import type { WarehouseTopic } from '../../schemas/clickhouse/index.ts';
import type { Column, Ends } from './block-column.ts';
import { ListColumn, MapColumn } from './list-columns.ts';
import { BooleanColumn, IntColumn, LongColumn, RealColumn, TimeColumn } from './number-columns.ts';
import type { RecordCursor } from './record-cursor.ts';
import { TextColumn } from './text-column.ts';
import { SpelledColumn, WordColumn } from './word-column.ts';

/** What the next fields of a record go into. */
export interface Fields {
  readonly columns: readonly NamedColumn[];
  /** Adds a cell to each column. @throws NotReadable */
  read(from: RecordCursor): void;
  addAbsent(): void;
}

export interface NamedColumn {
  readonly name: string;
  readonly column: Column;
}

export type MakeFields = (ends: Ends) => Fields;

/** Makes what a field goes into. */
type Make = (ends: Ends) => Column;

const text: Make = (ends) => new TextColumn(ends);
const long: Make = (ends) => new LongColumn(ends);
/** Of 32 bits in the table. */
const int: Make = (ends) => new IntColumn(ends, 'UInt32');
const shard: Make = (ends) => new IntColumn(ends, 'Int32', -1);
const time: Make = (ends) => new TimeColumn(ends);
/** What may not have been measured. */
const real: Make = (ends) => new RealColumn(ends, Number.NaN);
const confidence: Make = (ends) => new RealColumn(ends, 0);
const boolean: Make = (ends) => new BooleanColumn(ends);
const texts: Make = (ends) => new MapColumn(ends, text(ends), text(ends));
/** Contributions: names and weights. */
const weights: Make = (ends) => new MapColumn(ends, text(ends), real(ends));

function word(list: WordList): Make {
  return (ends) => new WordColumn(ends, list);
}

function listOf(item: Make): Make {
  return (ends) => new ListColumn(ends, item(ends));
}

/** A field that may be null. */
function or(make: Make): Make {
  return (ends) => new OptionalColumn(make(ends));
}

class OptionalColumn implements Column {
  readonly type: string;
  readonly #column: Column;

  constructor(column: Column) {
    this.type = column.type;
    this.#column = column;
  }

  read(from: RecordCursor): void {
    if (from.readPresence()) this.#column.read(from);
    else this.#column.addAbsent();
  }

  addAbsent(): void {
    this.#column.addAbsent();
  }

  get bytes(): number {
    return this.#column.bytes;
  }

  copyTo(to: Buffer, at: number): number {
    return this.#column.copyTo(to, at);
  }
}

/** One column for each field, by the column's name. */
function each(makes: Readonly<Record<string, Make>>): MakeFields {
  return (ends) => {
    const named = Object.entries(makes).map(([name, make]) => ({ name, column: make(ends) }));
    const columns = named.map(({ column }) => column);
    return {
      columns: named,
      read: (from) => {
        for (const column of columns) column.read(from);
      },
      addAbsent: () => {
        for (const column of columns) column.addAbsent();
      },
    };
  };
}

function joined(...makes: readonly MakeFields[]): MakeFields {
  return (ends) => {
    const parts = makes.map((make) => make(ends));
    return {
      columns: parts.flatMap(({ columns }) => columns),
      read: (from) => {
        for (const part of parts) part.read(from);
      },
      addAbsent: () => {
        for (const part of parts) part.addAbsent();
      },
    };
  };
}

/** The fields of a record that may be null. */
function attached(make: MakeFields): MakeFields {
  return (ends) => {
    const { columns, read, addAbsent } = make(ends);
    return { columns, addAbsent, read: (from) => (from.readPresence() ? read(from) : addAbsent()) };
  };
}

const alerts = joined(
  each({
    ...{ tenant: text, source: text, name: text, severity: word(wordLists.severity) },
    ...{ labels: texts, annotations: texts, generator_url: text, status: word(wordLists.status) },
    ...{ starts_at: or(time), ends_at: or(time), observed_at: or(time), value: or(real) },
    ...{ id: text, source_id: text, fingerprint: text, fingerprint_rule: text, content_hash: text },
    ...{ occurrence: text, merged_into: or(text), first_seen: time, last_seen: time, count: long },
    ...{ is_late: boolean, is_final: boolean },
  }),
  attached(each({ value_last: real, value_min: real, value_max: real, value_mean: real })),
  each({ emit_reason: word(wordLists.emitReason) }),
  attached(
    each({
      ...{ incident_id: text, incident_generation: int },
      ...{ incident_confidence: confidence, incident_contributions: weights },
    }),
  ),
  attached(each({ score: real, score_features: weights })),
  each({ owner: text, service: text, runbook_url: text }),
  attached(
    each({
      ...{ suppression_kind: word(wordLists.suppressionKind), suppression_rule: text },
      ...{ suppression_location: text, suppression_since: time, suppression_until: or(time) },
    }),
  ),
);

const incidents = joined(
  each({
    ...{ id: text, generation: int, revision: long, tenant: text },
    ...{ state: word(wordLists.incidentState), severity: word(wordLists.severity), title: text },
    ...{ started_at: time, updated_at: time, ended_at: or(time), alert_count: long },
    ...{ suppressed_count: long, fingerprints: listOf(text), fingerprint_count: long },
    services: listOf(text),
  }),
  attached(
    each({
      ...{ probable_cause_fingerprint: text, probable_cause_confidence: confidence },
      probable_cause_contributions: weights,
    }),
  ),
  each({
    types: listOf((ends) => new SpelledColumn(ends, wordLists.incidentType)),
    confidence: real,
  }),
);

const aggregates = each({
  ...{ tenant: text, service: text, severity: word(wordLists.severity), name: text },
  ...{ window_start: time, window_end: time, count: long, value_count: long, sum: real },
  ...{ min: or(real), max: or(real), p50: or(real), p90: or(real), p99: or(real) },
  ...{ revision: long, is_final: boolean },
});

const decisions = joined(
  each({
    ...{ alert_id: text, fingerprint: text, occurrence: or(text), incident_id: or(text) },
    ...{ generation: int, tenant: text, stage: text, outcome: word(wordLists.outcome) },
    ...{ reason: word(wordLists.reason), rule: text, location: text, detail: texts, count: long },
  }),
  attached(
    each({
      ...{ input_shard: shard, input_run_offset: long, input_run_n: int, input_from_offset: long },
      ...{ input_from_n: int, input_to_offset: long, input_to_n: int },
      ...{ input_first_at: time, input_last_at: time },
    }),
  ),
  each({ event_time: time }),
);

/**
 * The columns of each topic's rows as `rows.ts` says them, in the order of the fields in Avro, up to the origin, which ends every
 * record.
 */
export const fieldsOfTopic: Readonly<Record<WarehouseTopic, MakeFields>> = {
  ...{ enriched: alerts, suppressed: alerts, incidents, aggregates, decisions },
};
