import { controlToWire } from '../avro/control.ts';
import { type Codec, type CodedTopic, codecs } from '../avro/index.ts';
import { reducedRecords } from '../avro/reduced.ts';
import type { Control } from '../control.ts';
import type { Reduced } from '../reduced.ts';
import { type JsonWriter, jsonWriterOf } from './json-writer.ts';

export type ValueOf<K extends CodedTopic> = (typeof codecs)[K] extends Codec<infer T> ? T : never;

const reducedWriters = {
  partial: jsonWriterOf(reducedRecords.partial),
  late: jsonWriterOf(reducedRecords.late),
  heartbeat: jsonWriterOf(reducedRecords.heartbeat),
  control: jsonWriterOf(reducedRecords.control),
  config: jsonWriterOf(reducedRecords.config),
} as const satisfies Record<Reduced['kind'], JsonWriter>;

const controlWriter = jsonWriterOf(codecs.control.schema);

const writers: { readonly [K in CodedTopic]: (value: ValueOf<K>) => string } = {
  raw: jsonWriterOf(codecs.raw.schema),
  enriched: jsonWriterOf(codecs.enriched.schema),
  suppressed: jsonWriterOf(codecs.suppressed.schema),
  incidents: jsonWriterOf(codecs.incidents.schema),
  aggregates: jsonWriterOf(codecs.aggregates.schema),
  decisions: jsonWriterOf(codecs.decisions.schema),
  control: writeControl,
  reduced: writeReduced,
};

/**
 * A topic's value as one line of JSON without line break: the fields of the Avro record under the same names and in the
 * same order, absent ones as null, so that columns are stable and equal values have equal bytes. Words are ours
 * (`timed-out`), times are epoch milliseconds, as the raw alert takes them.
 *
 * @example toJson('incidents', incident) // {"id":"6f…","generation":1,"revision":3,…}
 */
export function toJson<K extends CodedTopic>(topic: K, value: ValueOf<K>): string {
  return writers[topic](value);
}

function writeControl(control: Control): string {
  return controlWriter(controlToWire(control));
}

function writeReduced(value: Reduced): string {
  const body =
    value.kind === 'control' ? { index: value.index, control: controlToWire(value.control) } : value;
  return `{"kind":${JSON.stringify(value.kind)},${reducedWriters[value.kind](body).slice(1)}`;
}
