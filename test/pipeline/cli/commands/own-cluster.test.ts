import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { KafkaBroker } from '../../../../pipeline/broker/index.ts';
import { topics } from '../../../../schemas/topics.ts';
import { OwnKafka } from '../../../support/own-kafka.ts';
import { describeService, kafkaForTests } from '../../../support/services.ts';
import { type LetterFields, letter, rawValues } from '../../dead-letters/desk.ts';
import { call, folderWith } from '../calling.ts';

/** A cluster of its own, since the names of topics are what they are. The cases build on one another. */
describeService('on a cluster', await kafkaForTests(), () => {
  let kafka: OwnKafka;
  let broker: KafkaBroker;
  beforeAll(async () => {
    kafka = await OwnKafka.start(1);
    broker = new KafkaBroker({ brokers: kafka.addresses, clientId: 'test', heartbeatMs: 100 });
  }, 120_000);
  afterAll(async () => {
    await broker.close();
    await kafka.down();
  }, 60_000);

  const configFiles = (rawPartitions = 2) => {
    const brokers = JSON.stringify(kafka.addresses);
    const config = { kind: 'kafka', brokers, rawPartitions, reducedPartitions: 2 };
    const lines = Object.entries(config).map(([key, value]) => `  ${key}: ${value}\n`);
    return { 'tocsin.yaml': `broker:\n${lines.join('')}` };
  };
  const tocsin = (line: string, rawPartitions?: number) =>
    call(line.split(' '), { files: configFiles(rawPartitions) });
  /** A broker hears of what was changed a moment after the controller has it. */
  const untilPlanned = (outcome: object) => expect.poll(() => tocsin('topics plan')).toMatchObject(outcome);
  const data = async (line: string) => JSON.parse((await tocsin(`${line} -o json`)).stdout);
  // Of today: what is older than the topic keeps is gone half a minute after the broker has started. One time for all, as
  // what a crash repeats keeps its own.
  const timestamp = Date.now();
  const letterOfToday = (fields: LetterFields) => letter({ timestamp, ...fields });
  const send = (letters: readonly LetterFields[]) => broker.producer().send(letters.map(letterOfToday));

  describe('topics', () => {
    test('of an empty cluster are planned and made, and then as they are to be', async () => {
      const all = Object.keys(topics).length;
      const planned = await tocsin('topics plan');
      expect(planned.exitCode).toBe(1);
      expect(planned.stdout.match(/ missing .* create\n/g)).toHaveLength(all);
      expect(await broker.admin.describeTopics([topics.raw.name])).toEqual([]);
      expect(await tocsin('topics apply')).toMatchObject({ exitCode: 0, stderr: '' });
      await untilPlanned({ exitCode: 0, stdout: `${all} topics are as they are to be\n`, stderr: '' });
    });

    test('that somebody changed are changed back, and keep what was nobody’s business', async () => {
      await broker.admin.alterTopic(topics.raw.name, {
        'cleanup.policy': 'compact',
        'compression.type': 'zstd',
        'segment.bytes': '2000000',
      });
      const { differences } = await data('topics plan');
      expect(differences).toMatchObject([
        { topic: topics.raw.name, what: 'cleanup.policy', found: 'compact', value: 'delete' },
        { topic: topics.raw.name, what: 'compression.type', found: 'zstd', value: 'gzip' },
      ]);
      expect((await tocsin('topics apply')).exitCode).toBe(0);
      await untilPlanned({ exitCode: 0 });
      const [raw] = await broker.admin.describeTopics([topics.raw.name]);
      expect(raw?.configs).toMatchObject({ 'compression.type': 'gzip', 'segment.bytes': '2000000' });
    });

    test('of too few raw partitions grow when that is asked for', async () => {
      const refused = await tocsin('topics apply', 3);
      expect(refused.exitCode).toBe(1);
      expect(refused.stderr).toContain('--grow-raw');
      expect((await tocsin('topics apply --grow-raw', 3)).exitCode).toBe(0);
      expect(await broker.admin.partitions(topics.raw.name)).toBe(3);
    });
  });

  describe('dead letters', () => {
    test('are none on a topic that is empty', async () => {
      expect(await tocsin('dlq ls')).toEqual({ exitCode: 0, stdout: 'no dead letters\n', stderr: '' });
      expect(await tocsin('dlq show 0')).toMatchObject({ exitCode: 1, stdout: '' });
      expect(await data('dlq retry --execute')).toEqual({ isExecuted: true, records: 0, letters: 0 });
    });

    test('are listed by code, what a crash repeated once', async () => {
      await send([{ offset: 1 }, { offset: 2, alert: 0 }, { offset: 2, alert: 1 }, { offset: 1 }]);
      await send([{ offset: 9, partition: 1, code: 'record.empty', value: null }]);
      expect((await data('dlq ls')).groups).toMatchObject([
        { code: 'record.invalid-json', letters: 3, records: 2 },
        { code: 'record.empty', letters: 1, records: 1, sample: { offset: 4 } },
      ]);
    });

    test('are shown by where they lie, and by where they are from', async () => {
      const { stdout } = await tocsin('dlq show 4');
      expect(stdout).toMatch(/\ncode +record\.empty\n/);
      expect(await tocsin(`dlq show ${topics.raw.name}/1@9`)).toMatchObject({ exitCode: 0, stdout });
    });

    test('stay where they are in a dry run', async () => {
      const { stdout, stderr } = await tocsin('dlq retry --code record.invalid-json');
      expect(stdout).toMatch(/^would send 2 records \(3 dead letters\) to alerts\.raw\.v1\n/);
      expect(stderr).toBe('nothing was done: add --execute\n');
      expect(await rawValues(broker)).toEqual([]);
    });

    test('are sent again once, and dropped once', async () => {
      expect(await data('dlq drop --code record.empty --execute')).toMatchObject({ records: 1 });
      expect((await tocsin('dlq retry --execute')).stdout).toBe(
        'sent 2 records (3 dead letters) to alerts.raw.v1\n',
      );
      expect(await rawValues(broker)).toEqual(['0: raw 1', '0: raw 2']);
      expect(await data('dlq retry --execute')).toMatchObject({ records: 0 });
      expect((await tocsin('dlq ls')).stdout).toBe('no dead letters\n');
      expect((await data('dlq ls --all')).groups).toHaveLength(2);
      expect(await rawValues(broker)).toHaveLength(2);
    });

    test('are each sent once by a retry that is killed and another one that ends its work', async () => {
      const before = (await rawValues(broker)).length;
      const many = Array.from({ length: 6_000 }, (_, index) => ({ offset: 100 + index }));
      await send(many);
      const folder = folderWith(configFiles());
      const launcher = fileURLToPath(new URL('../../../../pipeline/cli/tocsin.mjs', import.meta.url));
      const child = spawn(process.execPath, [launcher, 'dlq', 'retry', '--execute'], { cwd: folder });
      const marks = { topic: topics.handledLetters.name, partition: 0 };
      const { high } = await broker.admin.watermarks(marks);
      // Some transactions are through then, and one most likely under way.
      await expect
        .poll(async () => (await broker.admin.watermarks(marks)).high, { interval: 5, timeout: 90_000 })
        .toBeGreaterThan(high + 1_000);
      child.kill('SIGKILL');
      await once(child, 'close');
      const sent = (await data('dlq retry --execute')).records;
      expect(sent).toBeLessThan(6_000);
      const values = (await rawValues(broker)).slice();
      expect({ sent, values: values.length }).toEqual({ sent, values: before + 6_000 });
      expect(new Set(values).size).toBe(before + 6_000);
      expect((await tocsin('dlq ls')).stdout).toBe('no dead letters\n');
    });
  });
});
