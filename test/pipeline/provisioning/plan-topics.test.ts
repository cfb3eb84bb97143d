import { describe, expect, test } from 'vitest';
import type { FoundTopic } from '../../../pipeline/broker/index.ts';
import { planTopics } from '../../../pipeline/provisioning/index.ts';
import { topics } from '../../../schemas/topics.ts';
import { foundTopics, wantedTopics } from './topics-found.ts';

const { raw, reduced, enriched, incidents, control, deadLetters, overflow } = topics;
const dayMs = 86_400_000;

const planOf = (found: readonly FoundTopic[], brokers = 3) => planTopics(wantedTopics, { found, brokers });

/** `topic what: found → wanted (remedy value)`. */
const lines = (found: readonly FoundTopic[], brokers = 3) =>
  planOf(found, brokers).map(
    ({ topic, what, found: value, wanted, remedy, value: set }) =>
      `${topic} ${what}: ${value} → ${wanted} (${[remedy, set].join(' ').trim()})`,
  );

describe('a cluster as it should be', () => {
  test('needs nothing', () => {
    expect(planOf(foundTopics(raw.name))).toEqual([]);
  });

  test.each<[string, Record<string, string>]>([
    ['keeps records for longer', { 'retention.ms': String(30 * dayMs) }],
    ['keeps records for ever', { 'retention.ms': '-1' }],
    ['wants all replicas in sync', { 'min.insync.replicas': '3' }],
    ['packs records with gzip', { 'compression.type': 'gzip' }],
    ['stores them unpacked', { 'compression.type': 'uncompressed' }],
  ])('may be one that %s', (_name, configs) => {
    expect(planOf(foundTopics(raw.name, {}, configs))).toEqual([]);
  });

  test('may name its cleanup policies in another order', () => {
    expect(planOf(foundTopics(incidents.name, {}, { 'cleanup.policy': 'delete, compact' }))).toEqual([]);
  });

  test('may keep a compacted topic for any time: time deletes nothing there', () => {
    expect(planOf(foundTopics(control.name, {}, { 'retention.ms': '1000' }))).toEqual([]);
  });

  test('may have more replicas', () => {
    expect(planOf(foundTopics(raw.name, { replicas: 4 }))).toEqual([]);
  });

  test('may have as many replicas as it has brokers', () => {
    const single = foundTopics(raw.name).map((topic) => ({
      ...topic,
      replicas: 1,
      configs: { ...topic.configs, 'min.insync.replicas': '1' },
    }));
    expect(planOf(single, 1)).toEqual([]);
  });
});

describe('what is missing is created', () => {
  test('all of it on an empty cluster, with the partitions of the config', () => {
    expect(lines([])).toEqual(
      wantedTopics.map(
        ({ name, partitions }) =>
          `${name} topic: missing → ${partitions} partition${partitions === 1 ? '' : 's'} (create)`,
      ),
    );
  });

  test('but not an output topic while its siblings have another number of partitions', () => {
    const found = foundTopics(reduced.name, { partitions: 8 }).filter(({ name }) => name !== enriched.name);
    expect(lines(found)).toEqual([
      `${reduced.name} partitions: 8 → 4 (by-hand)`,
      `${enriched.name} topic: missing → 4 partitions (by-hand)`,
    ]);
  });

  test('a raw topic, whatever the others look like', () => {
    const found = foundTopics(reduced.name, { partitions: 8 }).filter(({ name }) => name !== raw.name);
    expect(lines(found)[0]).toBe(`${raw.name} topic: missing → 6 partitions (create)`);
  });
});

describe('partitions', () => {
  test.each<[string, string, number, string]>([
    ['more raw ones only when that is asked for', raw.name, 4, `${raw.name} partitions: 4 → 6 (grow 6)`],
    ['fewer raw ones never', raw.name, 8, `${raw.name} partitions: 8 → 6 (by-hand)`],
    ['more reduced ones never', reduced.name, 2, `${reduced.name} partitions: 2 → 4 (by-hand)`],
    ['more of one output never', enriched.name, 3, `${enriched.name} partitions: 3 → 4 (by-hand)`],
    ['a control topic of two never', control.name, 2, `${control.name} partitions: 2 → 1 (by-hand)`],
  ])('%s', (_name, topic, partitions, line) => {
    expect(lines(foundTopics(topic, { partitions }))).toEqual([line]);
  });

  test('the hint says which number of the config would fit', () => {
    const hintOf = (name: string, partitions: number) => planOf(foundTopics(name, { partitions }))[0]?.hint;
    expect(hintOf(raw.name, 8)).toContain('broker.rawPartitions to 8');
    expect(hintOf(enriched.name, 3)).toContain('broker.reducedPartitions to 3');
    expect(hintOf(raw.name, 4)).toContain('--grow-raw');
  });
});

describe('replicas', () => {
  test('fewer than three where three brokers are is for somebody to decide', () => {
    expect(lines(foundTopics(raw.name, { replicas: 2 }))).toEqual([
      `${raw.name} replicas: 2 → at least 3 (by-hand)`,
    ]);
  });

  test('a topic without a second one is not asked for two in sync, which nobody could write to', () => {
    expect(lines(foundTopics(raw.name, { replicas: 1 }, { 'min.insync.replicas': '1' }))).toEqual([
      `${raw.name} replicas: 1 → at least 3 (by-hand)`,
    ]);
  });
});

describe('configs are altered', () => {
  test.each<[string, string, Record<string, string>, string]>([
    [
      'times that producers choose on a topic whose log is the clock',
      reduced.name,
      { 'message.timestamp.type': 'CreateTime' },
      'message.timestamp.type: CreateTime → LogAppendTime (alter LogAppendTime)',
    ],
    [
      'a compacted raw topic, which forgets alerts',
      raw.name,
      { 'cleanup.policy': 'compact' },
      'cleanup.policy: compact → delete (alter delete)',
    ],
    [
      'a control topic that forgets silences with time',
      control.name,
      { 'cleanup.policy': 'delete' },
      'cleanup.policy: delete → compact (alter compact)',
    ],
    [
      'retention that is too short',
      raw.name,
      { 'retention.ms': String(dayMs) },
      `retention.ms: ${dayMs} → at least ${7 * dayMs} (alter ${7 * dayMs})`,
    ],
    [
      'one replica that alone may acknowledge',
      raw.name,
      { 'min.insync.replicas': '1' },
      'min.insync.replicas: 1 → at least 2 (alter 2)',
    ],
    [
      'more replicas in sync than there are, which refuses every record',
      raw.name,
      { 'min.insync.replicas': '4' },
      'min.insync.replicas: 4 → at least 2 (alter 2)',
    ],
    [
      'leaders that may lack acknowledged records',
      raw.name,
      { 'unclean.leader.election.enable': 'true' },
      'unclean.leader.election.enable: true → false (alter false)',
    ],
    [
      'a codec that we cannot unpack, on the topic that others write to: the broker packs anew',
      raw.name,
      { 'compression.type': 'zstd' },
      'compression.type: zstd → uncompressed or gzip or producer (alter gzip)',
    ],
    [
      'the same on a topic that we write to: as we write it',
      enriched.name,
      { 'compression.type': 'snappy' },
      'compression.type: snappy → uncompressed or gzip or producer (alter producer)',
    ],
    [
      'a dead-letter topic that takes less than the raw topic with the headers of an error',
      deadLetters.name,
      { 'max.message.bytes': '1048588' },
      'max.message.bytes: 1048588 → at least 1114124 (alter 1114124)',
    ],
    [
      'a topic of ours that takes less than the largest record that we write',
      reduced.name,
      { 'max.message.bytes': '500000' },
      'max.message.bytes: 500000 → at least 1048576 (alter 1048576)',
    ],
  ])('%s', (_name, topic, configs, line) => {
    expect(lines(foundTopics(topic, {}, configs))).toEqual([`${topic} ${line}`]);
  });

  test('a raw topic for large records asks for topics that take them when they are set aside', () => {
    const line = 'max.message.bytes: 1114124 → at least 20065536 (alter 20065536)';
    expect(lines(foundTopics(raw.name, {}, { 'max.message.bytes': '20000000' }))).toEqual([
      `${overflow.name} ${line}`,
      `${deadLetters.name} ${line}`,
    ]);
  });
});
