import { describe, expect, test } from 'vitest';
import type { Output } from '../../../operators/events.ts';
import { Outbox } from '../../../pipeline/worker/outbox.ts';
import { codecs } from '../../../schemas/avro/index.ts';
import type { Fingerprint } from '../../../schemas/brand.ts';
import type { Decision } from '../../../schemas/decision.ts';
import { topics } from '../../../schemas/topics.ts';
import { draft } from '../../support/puppet.ts';
import { telling } from '../../support/tellings.ts';

const schemaIds = {
  reduced: 1,
  enriched: 2,
  suppressed: 3,
  incidents: 4,
  aggregates: 5,
  decisions: 6,
  snapshots: 7,
  control: 8,
};
const origin = { shard: 1, offset: 7, n: 2 };

const outboxOf = (reducedPartitions = 4) =>
  new Outbox({ graph: 'relate', partition: 1, schemaIds, reducedPartitions, onAssigned: null });

const decision = (text: string): Output => {
  const value: Decision = { ...draft(text), stage: 's', origin };
  return { kind: 'output', topic: 'decisions', key: 'f', value };
};

const fact = (domain: string): Output => ({
  kind: 'output',
  topic: 'reduced',
  key: domain,
  value: { kind: 'heartbeat', shard: 0, shards: 1, complete: 5 },
});

describe('Outbox', () => {
  test('gives what was stated since the last call, in order', () => {
    const outbox = outboxOf();
    outbox.output(decision('a'), origin);
    outbox.output(decision('b'), origin);
    const read = () =>
      outbox.take().map(({ value }) => codecs.decisions.decode(value ?? new Uint8Array(), 5).alertId);
    expect([read(), read()]).toEqual([['a', 'b'], []]);
  });

  test('mutes what was said before, and nothing where nothing is muted, not even what comes before any record', () => {
    const outbox = outboxOf();
    const taken = () => outbox.take().length;
    const say = (offset: number) => outbox.output(decision('a'), { ...origin, offset });
    say(-1);
    expect(taken()).toBe(1);
    outbox.muteBelow(7);
    for (const offset of [-1, 6, 7]) say(offset);
    expect(taken()).toBe(1);
    outbox.muteBelow(0);
    say(-1);
    expect(taken()).toBe(1);
  });

  test('RELATE writes the partition it reads, whatever the key', () => {
    const outbox = outboxOf();
    outbox.output(decision('a'), origin);
    outbox.output({ kind: 'output', topic: 'enriched', key: 'x', value: telling().alert }, origin);
    expect(outbox.take().map(({ topic, partition }) => [topic, partition])).toEqual([
      [topics.decisions.name, 1],
      [topics.enriched.name, 1],
    ]);
  });

  test('REDUCE spreads by correlation domain: equal domains together, many over all partitions', () => {
    const outbox = outboxOf();
    for (let i = 0; i < 200; i += 1) outbox.output(fact(`domain ${i % 50}`), origin);
    const places = outbox
      .take()
      .map(({ key, partition }) => [Buffer.from(key ?? []).toString(), partition] as const);
    expect(new Map(places).size).toBe(50);
    expect(new Set(places.map(([key, partition]) => `${key}@${partition}`)).size).toBe(50);
    expect(new Set(places.map(([, partition]) => partition))).toEqual(new Set([0, 1, 2, 3]));
  });

  test('values are bytes at once: what the operator changes afterwards is not in them', () => {
    const outbox = outboxOf();
    const alert = { ...telling().alert, count: 3, labels: { host: 'a' } };
    outbox.output({ kind: 'output', topic: 'enriched', key: 'x', value: alert }, origin);
    alert.count = 99;
    alert.labels.host = 'b';
    const [record] = outbox.take();
    const value = codecs.enriched.decode(record?.value ?? new Uint8Array(), 5);
    expect(value).toMatchObject({ count: 3, labels: { host: 'a' }, origin });
  });

  test('every value is framed with the id of its topic’s schema', () => {
    const outbox = outboxOf();
    outbox.output(decision('a'), origin);
    outbox.output(fact('d'), origin);
    expect(outbox.take().map(({ value }) => Buffer.from(value ?? []).readUInt32BE(1))).toEqual([6, 1]);
  });

  test('an alert’s assignment goes to whoever asked, with the shard it came through', () => {
    const heard: unknown[] = [];
    const onAssigned = (assigned: unknown, shard: number) => heard.push([assigned, shard]);
    const outbox = new Outbox({ graph: 'reduce', partition: 3, schemaIds, reducedPartitions: 1, onAssigned });
    const place = { offset: 1, n: 0 };
    const assigned = { kind: 'assigned', place, run: place, t: 5, fingerprint: 'f' as Fingerprint } as const;
    outbox.assigned(assigned);
    expect([heard, outbox.take()]).toEqual([[[assigned, 3]], []]);
  });
});
