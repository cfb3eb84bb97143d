import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import kafkajs from 'kafkajs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { KafkaBroker } from '../../../pipeline/broker/index.ts';
import { loadConfig } from '../../../pipeline/config/index.ts';
import { openRegistry, openState } from '../../../pipeline/neighbours/index.ts';
import { topicSettings } from '../../../pipeline/topic-settings.ts';
import { codecs } from '../../../schemas/avro/index.ts';
import { topics } from '../../../schemas/topics.ts';
import { avroAlert } from '../../support/avro-alert.ts';
import { hastyConfig } from '../../support/hasty-config.ts';
import { OwnKafka } from '../../support/own-kafka.ts';
import { SeenOutputs } from '../../support/seen-outputs.ts';
import {
  describeService,
  kafkaForTests,
  redisForTests,
  registryForTests,
  type ServiceForTests,
} from '../../support/services.ts';
import { WorkerProcess } from '../../support/worker-process.ts';

const [kafkaHere, redis, registry] = [await kafkaForTests(), await redisForTests(), await registryForTests()];
const addressOf = (service: ServiceForTests): string => ('address' in service ? service.address : '');
const allHere = [kafkaHere, redis, registry].find((one) => 'missing' in one) ?? kafkaHere;

const configOf = (brokers: readonly string[], prefix: string): string =>
  hastyConfig({ brokers, prefix, redis: addressOf(redis), registry: addressOf(registry) });

const reading = { env: {}, readFile: (path: string) => readFileSync(path) };

describeService('a worker on real neighbours', allHere, () => {
  let kafka: OwnKafka;
  let broker: KafkaBroker;
  let folder: string;
  const prefix = `live-${randomUUID()}`;
  const outputs = new SeenOutputs();
  const workers: WorkerProcess[] = [];
  /** Those that one case leaves to the next. */
  const running: WorkerProcess[] = [];

  beforeAll(async () => {
    kafka = await OwnKafka.start(1);
    broker = openBroker();
    folder = mkdtempSync(join(tmpdir(), 'tocsin-live-'));
    writeFileSync(join(folder, 'tocsin.yaml'), configOf(kafka.addresses, prefix));
  }, 120_000);
  afterAll(async () => {
    for (const worker of workers) await worker.end('SIGKILL');
    await outputs.close();
    await broker.close();
    await kafka.down();
    rmSync(folder, { recursive: true });
  }, 60_000);

  const openBroker = (): KafkaBroker =>
    new KafkaBroker({ brokers: kafka.addresses, clientId: 'test', heartbeatMs: 100 });

  const start = (...argv: readonly string[]): WorkerProcess => {
    const worker = new WorkerProcess(folder, argv);
    workers.push(worker);
    return worker;
  };

  /** As a producer of Avro does: by schema id, keyed by nothing. */
  async function produce(names: readonly string[]): Promise<void> {
    const here = await openRegistry({
      ...{ kind: 'confluent', url: addressOf(registry), timeoutMs: 5_000, autoRegister: true },
    });
    const id = await here.register(codecs.raw.subject, codecs.raw.schema);
    if ('close' in here) here.close();
    const values = names.map((name) => codecs.raw.encodeFramed(id, avroAlert(name)));
    await broker.producer().send(values.map((value) => ({ topic: topics.raw.name, key: null, value })));
  }

  async function post(url: string, names: readonly string[]): Promise<void> {
    for (const name of names) {
      const body = JSON.stringify({ source: 'json', name, labels: { host: 'a' } });
      expect((await fetch(`${url}/v1/alerts`, { method: 'POST', body })).status).toBe(202);
    }
  }

  const namesOf = (prefix: string, count: number, repeats: number): string[] =>
    Array.from({ length: count * repeats }, (_, index) => `${prefix}${index % count}`);
  const firstsOf = (...names: readonly string[]): Record<string, number> =>
    Object.fromEntries(names.map((name) => [name, 1]));

  test('refuses a cluster without topics, and says what makes them', async () => {
    const refused = start();
    expect(await refused.ended()).toBe(78);
    const said = /alerts\.raw\.v1, .*\n.*\n.*tocsin topics apply\n.*broker\.unknown-topic/;
    expect(refused.said.join('\n')).toMatch(said);
    await broker.admin.ensureTopics(topicSettings({ rawPartitions: 3, reducedPartitions: 2 }));
    await outputs.open(broker);
  }, 60_000);

  test('takes Avro from the topic and JSON over HTTP, and tells what it makes of them', async () => {
    const worker = start('--print', 'alerts.enriched.v1');
    running.push(worker);
    const url = await worker.url();
    await produce(namesOf('avro-', 5, 4));
    await post(url, namesOf('json-', 3, 2));
    await outputs.until(() => Object.keys(outputs.firsts).length === 8);
    expect(outputs.firsts).toEqual(firstsOf(...namesOf('avro-', 5, 1), ...namesOf('json-', 3, 1)));
    await worker.until(() => worker.printed.find((line) => line.includes('"json-2"')));
    expect(await (await fetch(`${url}/readyz?verbose`)).text()).toMatch(
      /\[\+\]reduce shards: 3 of 3.*\nready\n$/s,
    );
  }, 60_000);

  test('stops in order on SIGTERM, and goes on where it stopped: nothing is lost, nothing is said twice', async () => {
    const [first] = running;
    expect(await first?.end('SIGTERM')).toBe(0);
    expect(first?.logged.at(-1)).toMatchObject({ code: 'stopped', entered: 26 });
    // While nobody is there, old ones again and new ones.
    await produce([...namesOf('avro-', 5, 1), ...namesOf('late-', 4, 1)]);
    const next = start();
    running.push(next);
    await next.url();
    await outputs.until(() => outputs.accounted >= 35);
    expect(outputs.accounted).toBe(35);
    expect(outputs.firsts).toMatchObject(firstsOf(...namesOf('late-', 4, 1)));
    expect(outputs.repeated).toEqual([]);
  }, 60_000);

  test('is not missed when it is killed: another one has its shards, and every alert one outcome', async () => {
    const before = outputs.accounted;
    const other = start();
    await other.url();
    await produce(namesOf('killed-', 10, 5));
    await running.at(-1)?.end('SIGKILL');
    await produce(namesOf('killed-', 10, 5));
    await outputs.until(() => outputs.accounted >= before + 100);
    // A crash may say again what it had said, at the same places.
    const places = new Map(
      outputs.seen.map((seen) => [`${seen.topic} ${JSON.stringify(seen.value.origin)}`, seen]),
    );
    const decided = [...places.values()].flatMap(({ topic, value }) =>
      topic === 'decisions' ? [value] : [],
    );
    expect(decided.reduce((sum, { count }) => sum + count, 0)).toBe(before + 100);
    expect(await other.end('SIGINT')).toBe(0);
  }, 90_000);

  test('with exactly-once, says nothing again of what it had said when it was killed, and leaves nothing out', async () => {
    outputs.forget();
    // It dies without a checkpoint: its successor comes upon everything again, and has to keep quiet about what is committed.
    const config = configOf(kafka.addresses, prefix).replace(
      'checkpointEveryMs: 500',
      'checkpointEveryMs: 600000',
    );
    writeFileSync(join(folder, 'tocsin.yaml'), `delivery: exactly-once\n${config}`);
    const killed = start();
    await killed.url();
    await produce(namesOf('once-', 10, 5));
    await outputs.until(() => Object.keys(outputs.firsts).length === 10);
    const load = produce(namesOf('load-', 300, 2));
    await outputs.until(() => Object.keys(outputs.firsts).length > 10);
    await killed.end('SIGKILL');
    await load;
    const successor = start();
    await successor.url();
    // What is told of it stands behind all that could have been said again.
    await produce(['last-0']);
    await outputs.until(() => outputs.firsts['last-0'] !== undefined && outputs.accounted >= 651);
    expect(await successor.end('SIGTERM')).toBe(0);
    expect([outputs.accounted, outputs.repeated]).toEqual([651, []]);
    const names = [...namesOf('once-', 10, 1), ...namesOf('load-', 300, 1), 'last-0'];
    expect(outputs.firsts).toEqual(firstsOf(...names));
  }, 90_000);

  test('says that a listener which hangs up may want another login', async () => {
    const silent = new KafkaBroker({ brokers: kafka.saslAddresses, clientId: 'test' });
    await expect(silent.admin.clusterId()).rejects.toMatchObject({
      code: 'broker.unavailable',
      detail: expect.stringContaining('wants other `broker.tls` or `broker.sasl`'),
    });
    await silent.close();
  });

  test('refuses what its broker refuses, and takes names that a cluster wants', async () => {
    const secured = configOf(kafka.saslAddresses, `live-${randomUUID()}`);
    const configAs = (password: string): string => {
      const login = `sasl: { mechanism: plain, username: tocsin, password: ${password} }`;
      return secured.replace('kind: kafka,', `kind: kafka, groupPrefix: acme-tocsin, ${login},`);
    };
    writeFileSync(join(folder, 'tocsin.yaml'), configAs('wrong'));
    const refused = start();
    expect(await refused.ended()).toBe(78);
    expect(refused.said.join('\n')).toContain('broker.unauthorized');
    writeFileSync(join(folder, 'tocsin.yaml'), configAs('tocsin-secret'));
    const taken = start();
    await taken.url();
    const named = new KafkaBroker({ brokers: kafka.addresses, clientId: 'test', groupPrefix: 'acme-tocsin' });
    const places = [0, 1, 2].map((partition) => ({ topic: topics.raw.name, partition }));
    const committed = () => Promise.all(places.map((place) => named.admin.committed('tocsin-reduce', place)));
    const highest = async () => Math.max(...(await committed()).map((one) => one?.offset ?? 0));
    // Told to end before it has read anything, it has nothing to commit.
    await expect.poll(highest).toBeGreaterThan(0);
    expect(await taken.end('SIGTERM')).toBe(0);
    // What it has committed in the end stands under the name of the cluster's choice.
    const offsets = await committed();
    expect(
      await broker.admin.committed('acme-tocsin-reduce', { topic: topics.raw.name, partition: 0 }),
    ).toEqual(offsets[0]);
    await named.close();
  }, 60_000);

  test('refuses times of producers on topics whose log is the clock, unless they are those of a backfill', async () => {
    const config = configOf(kafka.addresses, prefix);
    const type = 'message.timestamp.type';
    await broker.admin.alterTopic(topics.raw.name, { [type]: 'CreateTime' });
    const refused = start();
    expect(await refused.ended()).toBe(78);
    expect(refused.said.join('\n')).toMatch(/alerts\.raw\.v1 has CreateTime.*broker\.wrong-timestamps/s);
    writeFileSync(
      join(folder, 'tocsin.yaml'),
      config.replace('kind: kafka,', 'kind: kafka, arrival: event,'),
    );
    const taken = start();
    await taken.url();
    expect(await taken.end('SIGTERM')).toBe(0);
    writeFileSync(join(folder, 'tocsin.yaml'), config);
    await broker.admin.alterTopic(topics.raw.name, { [type]: 'LogAppendTime' });
  }, 60_000);

  test('refuses the state of another log, until somebody gives it up', async () => {
    writeFileSync(join(folder, 'tocsin.yaml'), configOf(kafka.addresses, prefix));
    const state = await openState(loadConfig({ ...reading, path: join(folder, 'tocsin.yaml') }).state);
    const stored = { clusterId: 'another', topicIds: {}, rawPartitions: 3, reducedPartitions: 2 };
    await state.claim(stored, { isForced: true });
    const refused = start();
    expect(await refused.ended()).toBe(78);
    expect(refused.said.join('\n')).toContain('state.other-log');
    expect(await state.claimed()).toEqual(stored);
    const accepted = start('--accept-state-reset');
    await accepted.url();
    expect(accepted.logged.map(({ code }) => code)).toContain('state-given-up');
    expect(await state.claimed()).toMatchObject({
      ...{ ...stored, clusterId: await broker.admin.clusterId() },
      topicIds: { raw: expect.stringMatching(/^[0-9a-f]{32}$/) },
    });
    expect(await accepted.end('SIGTERM')).toBe(0);
    await state.close();
  }, 60_000);

  test('tells topics that were made anew from those of its state, and begins with their first record', async () => {
    await outputs.close();
    writeFileSync(join(folder, 'tocsin.yaml'), configOf(kafka.addresses, prefix));
    const derived = Object.values(topics).filter(
      ({ name }) => ![topics.raw.name, 'control.v1'].includes(name),
    );
    await makeAnew(topics.raw.name);
    // Far beyond what is stored: by offsets alone it is the log of before.
    const names = namesOf('anew-', 100, 4);
    await produce(names);
    for (const argv of [[], ['--accept-state-reset']]) {
      const refused = start(...argv);
      expect(await refused.ended()).toBe(78);
      expect(refused.said.join('\n')).toMatch(/alerts\.raw\.v1; not made anew with it: alerts\.reduced\.v1/);
    }
    await makeAnew(...derived.map(({ name }) => name));
    const refused = start();
    expect(await refused.ended()).toBe(78);
    expect(refused.said.join('\n')).toContain('state.other-topic');
    const again = new SeenOutputs();
    await again.open(broker);
    const accepted = start('--accept-state-reset');
    await accepted.url();
    await again.until(() => again.accounted >= names.length);
    expect(again.accounted).toBe(names.length);
    expect(again.firsts).toEqual(firstsOf(...namesOf('anew-', 100, 1)));
    expect(await accepted.end('SIGTERM')).toBe(0);
    await again.close();
  }, 120_000);

  async function makeAnew(...names: readonly string[]): Promise<void> {
    const admin = new kafkajs.Kafka({ brokers: kafka.addresses, clientId: 'test' }).admin();
    await admin.connect();
    await admin.deleteTopics({ topics: [...names] });
    await admin.disconnect();
    // A client that has heard of a topic is at a loss without it.
    await broker.close();
    broker = openBroker();
    await broker.admin.ensureTopics(topicSettings({ rawPartitions: 3, reducedPartitions: 2 }));
  }
});
