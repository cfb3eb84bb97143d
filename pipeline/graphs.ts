import { combine } from '../operators/dedupe/index.ts';
import type { RawRecord, ReduceEvent, RelateEvent } from '../operators/events.ts';
import type { DecodeAvro, IsOwnLayout } from '../operators/normalize/index.ts';
import type { Labels } from '../schemas/alert.ts';
import { codecs } from '../schemas/avro/index.ts';
import type { Reduced } from '../schemas/reduced.ts';
import type { Stretch } from '../schemas/stretch.ts';
import type { TopicId } from '../schemas/topics.ts';
import { type LogRecord, noHeaders } from './broker/index.ts';
import { configOf, versionOf } from './config-version.ts';
import { framedLength } from './registry/index.ts';
import type { ShardGraph } from './shard/index.ts';
import { type OperatorConfigs, reduce, relate } from './topology.ts';

/** A graph that a worker can run: which log it reads, under which group, and how. */
export interface Graph<Event extends { readonly kind: string }> extends ShardGraph<Event> {
  readonly input: TopicId;
  /**
   * `facts`: repeating what it states is harmless, and its state comes out of a replay from where its rows depend on.
   * `decisions`: each is stated at one place only, and state is rebuilt on a snapshot.
   */
  readonly states: 'facts' | 'decisions';
  readonly group: string;
  /** The operator that states facts, of its own accord or when it is asked; null for decisions. */
  readonly factsFrom: string | null;
}

const noLabels: Labels = {};
const text = new TextDecoder();

export function reduceGraph(
  config: OperatorConfigs,
  decodeAvro: DecodeAvro,
  isOwnLayout: IsOwnLayout = () => false,
): Graph<ReduceEvent> {
  return {
    name: 'reduce',
    input: 'raw',
    states: 'facts',
    factsFrom: combine.name,
    group: 'tocsin-reduce',
    read: (record, partition) => new ShardRecord(record, partition),
    operators: (host) => reduce(config, { decodeAvro, isOwnLayout }, host),
    version: null,
    configured: () => reduceGraph(config, decodeAvro, isOwnLayout),
  };
}

/** Reads a record of the reduced topic. Throws when it cannot: the topic is ours alone, and the shard stops. */
export type ReadReduced = (record: LogRecord, partition: number) => Reduced;

/** For logs that this version alone has written. */
const readAsWritten: ReadReduced = ({ value }) =>
  codecs.reduced.decode(value ?? new Uint8Array(), framedLength);

export function relateGraph(
  config: OperatorConfigs,
  read = readAsWritten,
  version = versionOf(config),
): Graph<RelateEvent> {
  return {
    name: 'relate',
    input: 'reduced',
    states: 'decisions',
    factsFrom: null,
    group: 'tocsin-relate',
    read,
    operators: (host) => relate(config, host),
    version,
    configured: (other) => relateGraph(configOf(other, config), read, other),
  };
}

/** A raw record as a shard takes it. Its value is a view only for who asks for it. */
class ShardRecord implements RawRecord {
  readonly kind = 'record';
  readonly shard: number;
  readonly offset: number;
  readonly at: number;
  readonly headers: Labels;
  readonly lies: Stretch | null;
  readonly #record: LogRecord;

  constructor(record: LogRecord, partition: number) {
    this.shard = partition;
    this.offset = record.offset;
    this.at = record.timestamp;
    this.headers = textHeaders(record.headers);
    this.lies = record.lies ?? null;
    this.#record = record;
  }

  get value(): Uint8Array | null {
    return this.#record.value;
  }
}

function textHeaders(headers: LogRecord['headers']): Labels {
  if (headers === noHeaders) return noLabels;
  const names = Object.keys(headers);
  if (names.length === 0) return noLabels;
  return Object.fromEntries(names.map((name) => [name, text.decode(headers[name])]));
}
