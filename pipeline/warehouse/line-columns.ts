import { type WordList, wordLists } from '../../schemas/avro/words.ts';
import type { WarehouseTopic } from '../../schemas/clickhouse/index.ts';
import { type LinePrinter, NotPrintable } from './line-printer.ts';

/** Columns, and how the next fields of a record are printed into them. */
export interface Columns {
  readonly names: readonly string[];
  readonly print: (line: LinePrinter) => void;
}

type Print = Columns['print'];

const text: Print = (line) => line.text();
const long: Print = (line) => line.long();
const time: Print = (line) => line.time();
const real: Print = (line) => line.real();
const boolean: Print = (line) => line.boolean();

function word({ schema, wordOf }: WordList): Print {
  const words = schema.symbols.map((symbol) => {
    const known = wordOf.get(symbol);
    return known === undefined ? null : JSON.stringify(known);
  });
  return (line) => {
    const json = words[line.readLong()] ?? null;
    if (json === null) throw new NotPrintable();
    line.literal(json);
  };
}

const listOf = (item: Print): Print => between(0x5b, item, 0x5d);
/** From text to something. */
const mapOf = (value: Print): Print =>
  between(
    0x7b,
    (line) => {
      line.text();
      line.sign(0x3a);
      value(line);
    },
    0x7d,
  );
/** A list of contributions: name and weight. */
const weights = mapOf(real);
const texts = mapOf(text);

function between(open: number, item: Print, close: number): Print {
  return (line) => {
    line.sign(open);
    let isFirst = true;
    for (let items = line.readItems(); items > 0; items = line.readItems()) {
      for (; items > 0; items -= 1) {
        if (!isFirst) line.comma();
        isFirst = false;
        item(line);
      }
    }
    line.sign(close);
  };
}

/** A field that may be null, and what is printed then. */
function or(absent: string, print: Print): Print {
  return (line) => {
    const branch = line.readLong();
    if (branch === 1) print(line);
    else if (branch === 0) line.literal(absent);
    else throw new NotPrintable();
  };
}

/** One column for each field, by the column's name. */
function each(fields: Readonly<Record<string, Print>>): Columns {
  const prints = Object.values(fields);
  return { names: Object.keys(fields), print: (line) => printAll(line, prints) };
}

function joined(...parts: readonly Columns[]): Columns {
  const prints = parts.map(({ print }) => print);
  return { names: parts.flatMap(({ names }) => names), print: (line) => printAll(line, prints) };
}

/** The columns of a record that may be null. */
function attached(absent: string, { names, print }: Columns): Columns {
  return { names, print: or(absent, print) };
}

function printAll(line: LinePrinter, prints: readonly Print[]): void {
  for (let i = 0; i < prints.length; i += 1) {
    if (i > 0) line.comma();
    prints[i]?.(line);
  }
}

const alerts = joined(
  each({
    ...{ tenant: text, source: text, name: text, severity: word(wordLists.severity) },
    ...{ labels: texts, annotations: texts, generator_url: text, status: word(wordLists.status) },
    ...{
      starts_at: or('0', time),
      ends_at: or('0', time),
      observed_at: or('0', time),
      value: or('"nan"', real),
    },
    ...{ id: text, source_id: text, fingerprint: text, fingerprint_rule: text, content_hash: text },
    ...{ occurrence: text, merged_into: or('""', text), first_seen: time, last_seen: time, count: long },
    ...{ is_late: boolean, is_final: boolean },
  }),
  attached(
    '"nan","nan","nan","nan"',
    each({ value_last: real, value_min: real, value_max: real, value_mean: real }),
  ),
  each({ emit_reason: word(wordLists.emitReason) }),
  attached(
    '"",0,0,{}',
    each({
      ...{ incident_id: text, incident_generation: long },
      ...{ incident_confidence: real, incident_contributions: weights },
    }),
  ),
  attached('"nan",{}', each({ score: real, score_features: weights })),
  each({ owner: text, service: text, runbook_url: text }),
  attached(
    '"","","",0,0',
    each({
      ...{ suppression_kind: word(wordLists.suppressionKind), suppression_rule: text },
      ...{ suppression_location: text, suppression_since: time, suppression_until: or('0', time) },
    }),
  ),
);

const incidents = joined(
  each({
    ...{ id: text, generation: long, revision: long, tenant: text },
    ...{ state: word(wordLists.incidentState), severity: word(wordLists.severity), title: text },
    ...{ started_at: time, updated_at: time, ended_at: or('0', time), alert_count: long },
    ...{
      suppressed_count: long,
      fingerprints: listOf(text),
      fingerprint_count: long,
      services: listOf(text),
    },
  }),
  attached(
    '"",0,{}',
    each({
      ...{ probable_cause_fingerprint: text, probable_cause_confidence: real },
      probable_cause_contributions: weights,
    }),
  ),
  each({ types: listOf(word(wordLists.incidentType)), confidence: real }),
);

const aggregates = each({
  ...{ tenant: text, service: text, severity: word(wordLists.severity), name: text },
  ...{ window_start: time, window_end: time, count: long, value_count: long, sum: real },
  ...{ min: or('"nan"', real), max: or('"nan"', real) },
  ...{ p50: or('"nan"', real), p90: or('"nan"', real), p99: or('"nan"', real) },
  ...{ revision: long, is_final: boolean },
});

const decisions = joined(
  each({
    ...{ alert_id: text, fingerprint: text, occurrence: or('""', text), incident_id: or('""', text) },
    ...{ generation: long, tenant: text, stage: text, outcome: word(wordLists.outcome) },
    ...{ reason: word(wordLists.reason), rule: text, location: text, detail: texts, count: long },
  }),
  attached(
    '-1,0,0,0,0,0,0,0,0',
    each({
      ...{ input_shard: long, input_run_offset: long, input_run_n: long, input_from_offset: long },
      ...{ input_from_n: long, input_to_offset: long, input_to_n: long },
      ...{ input_first_at: time, input_last_at: time },
    }),
  ),
  each({ event_time: time }),
);

/**
 * The columns of each topic's rows as `rows.ts` says them, in the order of the fields in Avro, up to the origin, which ends every
 * record.
 */
export const columnsOfTopic: Readonly<Record<WarehouseTopic, Columns>> = {
  ...{ enriched: alerts, suppressed: alerts, incidents, aggregates, decisions },
};
