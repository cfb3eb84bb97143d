import { randomUUID } from 'node:crypto';
import kafkajs from 'kafkajs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { KafkaBroker, type ProduceRecord } from '../../../pipeline/broker/index.ts';
import { readLetters } from '../../../pipeline/dead-letters/index.ts';
import { applyTopics, registerSchemas, wantedSchemas } from '../../../pipeline/provisioning/index.ts';
import {
  type ConfluentRegistry,
  frame,
  framedLength,
  openConfluentRegistry,
} from '../../../pipeline/registry/index.ts';
import { topicSettings } from '../../../pipeline/topic-settings.ts';
import { codecs } from '../../../schemas/avro/index.ts';
import type { Control } from '../../../schemas/control.ts';
import { topics } from '../../../schemas/topics.ts';
import { OwnKafka } from '../../support/own-kafka.ts';
import { describeService, kafkaForTests, registryForTests } from '../../support/services.ts';
import { call } from './calling.ts';
import { type Running, running } from './running.ts';

const { raw, control, deadLetters, enriched, reduced } = topics;
/** More than a worker takes (`normalize.limits.maxBytes`), and more than Kafka does unless it is told to. */
const largeBytes = 20 * 1_048_576;

const registryService = await registryForTests();
const kafkaService = await kafkaForTests();
const service = 'address' in registryService ? kafkaService : registryService;

describeService('what cannot be used, on real services', service, () => {
  let kafka: OwnKafka;
  let broker: KafkaBroker;
  let registry: ConfluentRegistry;
  let config: string;

  beforeAll(async () => {
    kafka = await OwnKafka.start(1);
    broker = new KafkaBroker({ brokers: kafka.addresses, clientId: 'test', heartbeatMs: 100 });
    const url = 'address' in registryService ? registryService.address : '';
    registry = await openConfluentRegistry({ url, canRegister: true });
    await registerSchemas(registry, wantedSchemas);
    const settings = topicSettings({ rawPartitions: 1, reducedPartitions: 1 });
    await broker.admin.ensureTopics(settings.filter(({ name }) => name === raw.name));
    await broker.admin.alterTopic(raw.name, { 'max.message.bytes': String(2 * largeBytes) });
    await applyTopics(broker.admin, settings, { growsRaw: false });
    config = JSON.stringify({
      broker: { kind: 'kafka', brokers: kafka.addresses, rawPartitions: 1, reducedPartitions: 1 },
      registry: { kind: 'confluent', url },
    });
  }, 120_000);
  afterAll(async () => {
    registry.close();
    await broker.close();
    await kafka.down();
  }, 60_000);

  const start = (): Running =>
    running(
      [
        '--listen',
        '127.0.0.1:0',
        '--graphs',
        'reduce,relate',
        '--print',
        'alerts.enriched.v1,alerts.suppressed.v1',
      ],
      config,
    );
  const send = (...records: Partial<ProduceRecord>[]) =>
    broker.producer().send(records.map((record) => ({ topic: raw.name, key: null, value: null, ...record })));
  const alert = (name: string, labels = {}) => ({ value: Buffer.from(JSON.stringify({ name, labels })) });
  /** Resolves when the broker goes by it: it hears of what was changed a moment after the controller has it. */
  const packAs = async (type: string): Promise<void> => {
    await broker.admin.alterTopic(raw.name, { 'compression.type': type });
    const found = async () => (await broker.admin.describeTopics([raw.name]))[0]?.configs['compression.type'];
    await expect.poll(found).toBe(type);
  };
  const told = (worker: Running, name: string) =>
    worker.until(() => worker.printed.find((printed) => printed['name'] === name));

  /** Of what was told by any worker so far. */
  async function enrichedNames(): Promise<readonly string[]> {
    const names: string[] = [];
    const range = { topic: enriched.name, partition: 0, from: 0, to: Number.MAX_SAFE_INTEGER };
    await broker.read(range, (records) => {
      for (const { value } of records)
        names.push(codecs.enriched.decode(value ?? new Uint8Array(), framedLength).name);
    });
    return names;
  }

  async function letters(): Promise<readonly string[]> {
    const found: string[] = [];
    await readLetters(broker, { isWhole: true }, ({ code, bytes }) => {
      found.push(`${code}, ${bytes > largeBytes ? 'large' : 'small'}`);
    });
    return found;
  }

  test('records become dead letters with their code, and the alerts around them go on', async () => {
    const worker = start();
    const strange = { type: 'record', name: 'Strange', fields: [{ name: 'weight', type: 'double' }] };
    const strangeId = await registry.register(`test-${randomUUID()}-value`, strange);
    const rawId = await registry.register(codecs.raw.subject, codecs.raw.schema);
    await send(alert('before'));
    await send({ key: Buffer.from('a key'), value: null });
    await send({ value: frame(2_000_000_000, Buffer.from('?')) });
    await send({ value: frame(strangeId, Buffer.alloc(8)) });
    await send({ value: frame(rawId, Buffer.from([1, 2, 3])) });
    await send({ value: Buffer.from([255, 254, 253]) });
    await send({ value: Buffer.alloc(largeBytes, ' ') });
    await send(alert('after'));
    await told(worker, 'before');
    await told(worker, 'after');
    expect(await letters()).toEqual([
      'record.empty, small',
      'record.unknown-schema, small',
      'record.incompatible-schema, small',
      'record.avro-truncated, small',
      'record.invalid-utf8, small',
      'record.too-large, large',
    ]);
    expect(await worker.interrupt()).toBe(0);
  });

  test('controls that are garbage are named in the log, and those around them act', async () => {
    const id = await registry.register(codecs.control.subject, codecs.control.schema);
    const silence: Control = {
      ...{ kind: 'silence', id: 's', tenant: 'default', createdBy: '', comment: '' },
      matchers: [{ name: 'alertname', op: '=', value: 'quiet' }],
      ...{ startsAt: 0, endsAt: Date.now() + 3_600_000 },
    };
    const put = (key: string, value: Uint8Array | null) =>
      send({ topic: control.name, key: Buffer.from(key), value });
    await put('text', Buffer.from('{"kind":"silence"}'));
    await put('cut', codecs.control.encodeFramed(id, silence).subarray(0, 9));
    await put('nobody', null);
    await put('s', codecs.control.encodeFramed(id, silence));
    await put('empty', Buffer.alloc(0));
    // Nearly as large as the topic takes: its copy is larger, and might be refused.
    await put('s', codecs.control.encodeFramed(id, { ...silence, comment: 'x'.repeat(1_048_576 - 160) }));
    const worker = start();
    await worker.url();
    await worker.until(() => worker.logged.find(({ code }) => code === 'control-too-large'));
    await worker.until(() =>
      worker.logged.filter(({ code }) => code === 'control-undecodable').length === 3 ? true : undefined,
    );
    // A control acts when the shard reads its copy, a moment after the worker has read it.
    let sent = 0;
    await expect
      .poll(
        async () => {
          await send(alert('quiet', { n: String(sent++) }));
          return worker.printed.some(({ name, suppression }) => name === 'quiet' && suppression !== null);
        },
        { timeout: 30_000 },
      )
      .toBe(true);
    expect(await worker.interrupt()).toBe(0);
  });

  test('a record on the reduced topic that is none of ours stops the worker, which names its place', async () => {
    const { high } = await broker.admin.watermarks({ topic: reduced.name, partition: 0 });
    await send({ topic: reduced.name, value: frame(2_000_000_000, Buffer.from('?')) });
    const worker = start();
    expect(await worker.ended).toBe(78);
    expect(textOf(worker)).toContain('broker.foreign-record');
    expect(textOf(worker)).toMatch(/alerts\.reduced\.v1\/0 at offset \d+, schema id 2000000000/);
    await deleteBelow(kafka.addresses, reduced.name, high + 1);
    const next = start();
    await send(alert('behind the one that is none of ours'));
    await told(next, 'behind the one that is none of ours');
    expect(await next.interrupt()).toBe(0);
  });

  test('a dead-letter topic that cannot take what the raw topic takes stops the worker, and nothing is lost', async () => {
    const limit = { 'max.message.bytes': '1048588' };
    await broker.admin.alterTopic(deadLetters.name, limit);
    await send({ value: Buffer.alloc(largeBytes, '-') });
    await send(alert('behind the large one'));
    const worker = start();
    expect(await worker.ended).toBe(78);
    expect(textOf(worker)).toContain('broker.invalid-record');
    const planned = await call(['topics', 'plan'], { files: { 'tocsin.yaml': config } });
    expect(planned.stdout).toContain(`${deadLetters.name}  max.message.bytes`);
    await call(['topics', 'apply'], { files: { 'tocsin.yaml': config } });
    const next = start();
    await told(next, 'behind the large one');
    expect((await letters()).filter((letter) => letter === 'record.too-large, large')).toHaveLength(2);
    expect(await next.interrupt()).toBe(0);
  });

  test('records that are packed with a codec which is not installed stop the worker, and nothing is lost', async () => {
    await send(alert('before the packed one'));
    const { high } = await broker.admin.watermarks({ topic: raw.name, partition: 0 });
    await packAs('lz4');
    await send(alert('packed'));
    await packAs('producer');
    await send(alert('behind the packed one'));
    const worker = start();
    expect(await worker.ended).toBe(78);
    expect(textOf(worker)).toContain('broker.missing-codec');
    expect(await enrichedNames()).not.toContain('behind the packed one');
    // What an operator can do about the one that is there: give it up, and nothing else.
    await deleteBelow(kafka.addresses, raw.name, high + 1);
    const next = start();
    await told(next, 'behind the packed one');
    // The raw topic does not have it any more: it was worked on before the first worker stopped.
    expect(await enrichedNames()).toContain('before the packed one');
    expect(await next.interrupt()).toBe(0);
  });
});

/** What a command that ends with an error says on stderr. */
function textOf(worker: Running): string {
  return worker.logged.map(({ text = '' }) => String(text)).join('\n');
}

async function deleteBelow(brokers: readonly string[], topic: string, offset: number): Promise<void> {
  const admin = new kafkajs.Kafka({ brokers: [...brokers], logLevel: kafkajs.logLevel.NOTHING }).admin();
  await admin.connect();
  // It deletes from topics only whose leaders it has heard of.
  await admin.fetchTopicOffsets(topic);
  await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: String(offset) }] });
  await admin.disconnect();
}
