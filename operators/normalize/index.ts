import type { RawRecord, ReduceEvent } from '../events.ts';
import { defineOperator } from '../operator.ts';
import { NormalizeConfig } from './config.ts';
import { HeadCache, NewHeads } from './head-cache.ts';
import { type CompiledMapping, compileMapping, presets, shapeOf } from './mapping/index.ts';
import { type DecodeAvro, type RecordRules, readRecord } from './read-record.ts';
import type { Item, Reading } from './reading.ts';
import { type IsOwnLayout, knownHeads, Repeats } from './repeats.ts';
import { severityMapOf } from './severity.ts';
import { shapes } from './shapes/index.ts';

export { NormalizeConfig } from './config.ts';
export { presets } from './mapping/index.ts';
export type { DecodeAvro } from './read-record.ts';
export type { IsOwnLayout } from './repeats.ts';

/**
 * Makes the operator that turns records into observations, and what cannot be used into dead letters; each alert of a
 * record becomes exactly one of them. `decodeAvro` is handed in, since schemas come from a registry; without it no schema
 * id is known.
 */
export function makeNormalize({ decodeAvro = () => 'unknown', isOwnLayout = () => false }: RawAvro = {}) {
  return defineOperator<ReduceEvent>()({
    name: 'normalize',
    config: NormalizeConfig,
    tables: {},
    derive: (config): Derived => ({
      ...allRules(config, decodeAvro),
      repeats: new Repeats(config.limits, isOwnLayout, knownHeads(config.cache)),
    }),
    on: {
      record(step, record) {
        const { repeats } = step.derived;
        const repeat = repeats.find(record);
        if (repeat !== null) {
          const { shard, at, offset } = record;
          const { head, tail } = repeat;
          step.emit({ kind: 'observation', shard, place: { offset, n: 0 }, at, head, tail });
          return;
        }
        const isRemembered = repeats.takes(record);
        const reading = readRecord(record, isRemembered ? step.derived.rulesForNew : step.derived.rules);
        const [only] = reading.items;
        if (isRemembered && only !== undefined && 'head' in only) repeats.note(record, only.head);
        for (const event of eventsOf(record, reading)) step.emit(event);
      },
    },
  });
}

/** What is known of registered schemas; without it no schema id is. */
export interface RawAvro {
  readonly decodeAvro?: DecodeAvro;
  readonly isOwnLayout?: IsOwnLayout;
}

interface Derived extends AllRules {
  readonly repeats: Repeats;
}

interface AllRules {
  readonly rules: RecordRules;
  /** For records whose heads `repeats` remembers. */
  readonly rulesForNew: RecordRules;
}

function allRules(config: NormalizeConfig, decodeAvro: DecodeAvro): AllRules {
  const rules = rulesOf(config, decodeAvro);
  return { rules, rulesForNew: { ...rules, heads: new NewHeads(config.cache) } };
}

function rulesOf(config: NormalizeConfig, decodeAvro: DecodeAvro): RecordRules {
  const mappings = [...config.mappings, ...config.presets.map((name) => presets[name])]
    .map((mapping) => compileMapping(mapping).mapping)
    // A condition is more specific than none; among equals the order of the config counts.
    .sort((a, b) => Number(a.when === null) - Number(b.when === null));
  const isJson = ({ config: { format } }: CompiledMapping): boolean => format === 'json';
  const own = mappings.filter(isJson);
  return {
    limits: config.limits,
    severities: severityMapOf(config.severityMap),
    defaultTenant: config.defaultTenant,
    heads: new HeadCache(config.cache),
    // A mapping with a condition is asked before the built-in shapes, one without takes what they leave.
    shapes: [
      ...own.filter(({ when }) => when !== null).map(shapeOf),
      ...shapes,
      ...own.filter(({ when }) => when === null).map(shapeOf),
    ],
    csv: mappings.filter((mapping) => !isJson(mapping)),
    decodeAvro,
    utf8: new TextDecoder('utf-8', { fatal: true }),
  };
}

function eventsOf(record: RawRecord, { items, isOverfull, rules }: Reading): readonly ReduceEvent[] {
  if (!isOverfull) return items.map((item, n) => eventOf(record, item, n));
  const detail = `more than ${rules.limits.maxAlertsPerRecord} alerts in one record`;
  return [eventOf(record, { code: 'record.too-large', detail }, 0)];
}

function eventOf(record: RawRecord, item: Item, n: number): ReduceEvent {
  if ('code' in item) return { kind: 'dead-letter', record, n, error: item };
  const place = { offset: record.offset, n };
  const { shard, at } = record;
  return { kind: 'observation', shard, place, at, head: item.head, tail: item.tail };
}
