import { describe, expect, test } from 'vitest';
import type { ReduceEvent } from '../../../operators/events.ts';
import type { Kinded } from '../../../operators/operator.ts';
import type { LogRecord, ProduceRecord } from '../../../pipeline/broker/index.ts';
import { type Graph, reduceGraph, relateGraph } from '../../../pipeline/graphs.ts';
import { Shard } from '../../../pipeline/shard/index.ts';
import type { RowChange } from '../../../pipeline/state/index.ts';
import { Outbox } from '../../../pipeline/worker/outbox.ts';
import { codecs } from '../../../schemas/avro/index.ts';
import { topics } from '../../../schemas/topics.ts';
import { schemaIds } from '../../simulation/neighbours/known-registry.ts';
import { story } from '../../support/story-input.ts';
import { quickConfig } from '../../support/virtual-world.ts';

const config = quickConfig();
const reduce = () =>
  reduceGraph(config, () => {
    throw new Error('nothing here is Avro');
  });

class Fed<Event extends Kinded> {
  readonly shard: Shard<Event>;
  readonly #outbox: Outbox;

  constructor(graph: Graph<Event>) {
    const around = { graph: graph.name, partition: 0, schemaIds, reducedPartitions: 1, onAssigned: null };
    this.#outbox = new Outbox(around);
    this.shard = new Shard(graph, 0, this.#outbox);
  }

  step(record: LogRecord): readonly ProduceRecord[] {
    this.shard.step(record);
    return this.#outbox.take();
  }
}

/** The poison among them is for others to test. */
const alerts = story(7, 12).filter(({ value }) => value?.[0] === '{'.charCodeAt(0));
const raw: readonly LogRecord[] = alerts.map(({ at, value }, offset) => ({
  ...{ offset, timestamp: at, key: null, value, headers: {} },
}));

/** What REDUCE states of them; after each record that its log is complete. */
function reducedLog(): readonly LogRecord[] {
  const from = new Fed(reduce());
  const stated: LogRecord[] = [];
  const add = (key: Uint8Array | null, value: Uint8Array | null, timestamp: number) =>
    stated.push({ offset: stated.length, timestamp, key, value, headers: {} });
  for (const record of raw) {
    for (const { topic, key, value } of from.step(record))
      if (topic === topics.reduced.name) add(key, value, record.timestamp);
    const beat = { kind: 'heartbeat', shard: 0, shards: 1, complete: record.timestamp - 1 } as const;
    add(null, codecs.reduced.encodeFramed(schemaIds.reduced, beat), record.timestamp);
  }
  return stated;
}

const nameOf = ({ table, key }: RowChange) => `${table} ${key}`;
const textOf = ({ value }: RowChange) => (value === null ? null : Buffer.from(value).toString('base64'));
const asMap = (rows: Iterable<RowChange>) => new Map([...rows].map((row) => [nameOf(row), textOf(row)]));

/** Checkpoints of one shard encode a few rows after each record; those of its twin encode all at once. */
function compare<Event extends Kinded>(
  graph: () => Graph<Event>,
  records: readonly LogRecord[],
  meanwhile: (shard: Shard<Event>, checkpoint: number) => void = () => {},
) {
  const later = new Fed(graph());
  const atOnce = new Fed(graph());
  let checkpoints = 0;
  let overtaken = 0;
  for (let at = 0; at < records.length; ) {
    for (const end = Math.min(records.length, at + 40); at < end; at += 1) {
      const record = records[at];
      if (record !== undefined) for (const fed of [later, atOnce]) fed.step(record);
    }
    const expected = asMap(atOnce.shard.takeChanges());
    const rows = later.shard.takeChanges()[Symbol.iterator]();
    const got: RowChange[] = [];
    for (let next = rows.next(); next.done !== true; next = rows.next()) {
      got.push(next.value);
      const record = records[at];
      if (got.length % 4 !== 0 || record === undefined) continue;
      for (const fed of [later, atOnce]) fed.step(record);
      if (got.length === 4) for (const { shard } of [later, atOnce]) meanwhile(shard, checkpoints);
      at += 1;
    }
    const now = asMap(atOnce.shard.rows());
    for (const [name, value] of expected) if (now.has(name) && now.get(name) !== value) overtaken += 1;
    expect(asMap(got)).toEqual(expected);
    expect(got).toHaveLength(expected.size);
    checkpoints += 1;
  }
  return { checkpoints, overtaken, rows: [asMap(later.shard.rows()), asMap(atOnce.shard.rows())] as const };
}

/** As a shard that is idle does, and one that was rebuilt. */
function speak(shard: Shard<ReduceEvent>, checkpoint: number): void {
  if (checkpoint % 2 === 0) shard.restate('combine');
  else shard.idle(shard.host.time.at, 'combine');
}

describe('rows that wait to be encoded while records are stepped', () => {
  test.each([
    ['REDUCE', () => compare(reduce, raw)],
    ['REDUCE that states what it holds', () => compare(reduce, raw, speak)],
    ['RELATE', () => compare(() => relateGraph(config), reducedLog())],
  ])('of %s are those of the tick in which they were taken', (_name, run) => {
    const { checkpoints, overtaken, rows } = run();
    expect(checkpoints).toBeGreaterThan(5);
    // Rows that were something else by the end of their checkpoint; without them nothing was tested.
    expect(overtaken).toBeGreaterThan(20);
    expect(rows[0]).toEqual(rows[1]);
  });
});
