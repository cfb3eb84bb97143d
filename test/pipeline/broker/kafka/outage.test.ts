import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { KafkaBroker, type Producer } from '../../../../pipeline/broker/index.ts';
import { BrokerBench, recordsOf } from '../../../contracts/broker/bench.ts';
import { OwnKafka } from '../../../support/own-kafka.ts';
import { describeService, kafkaForTests } from '../../../support/services.ts';

/** Three take two more gigabytes and half a minute: `TOCSIN_TEST_BROKERS=3 npm test -- outage`. */
const brokers = Number(process.env['TOCSIN_TEST_BROKERS'] ?? 1);

const partitions = [0, 1, 2, 3];

describeService(`a broker that is killed (${brokers} in the cluster)`, await kafkaForTests(), () => {
  let kafka: OwnKafka;
  let bench: BrokerBench;
  beforeAll(async () => {
    kafka = await OwnKafka.start(brokers);
    bench = new BrokerBench(new KafkaBroker({ brokers: kafka.addresses, clientId: 'tocsin-test' }));
  }, 120_000);
  afterAll(async () => {
    await bench.close();
    await kafka.down();
  }, 60_000);

  test('nothing is lost or out of order, readers go on, and who had what has it still', async () => {
    const topic = await bench.topic({ partitions: partitions.length });
    const members = [await bench.member(topic).start(), await bench.member(topic).start()];
    const [first, second] = members;
    await first?.until(() => first.assignment.epoch === second?.assignment.epoch);
    const shares = members.map(({ assignment }) => assignment.partitions);
    const writer = new Writer(bench.broker.producer(), topic);
    const seen = (): number[][] =>
      partitions.map((partition) => members.flatMap((member) => member.valuesOf(partition)).map(Number));
    const written = (count: number) =>
      expect.poll(() => writer.count, { timeout: 60_000 }).toBeGreaterThan(count);
    await written(100);
    await kafka.kill(1);
    // With others in the cluster, they take over; a broker that is alone has to come back.
    if (brokers > 1) await written(writer.count + 500);
    await kafka.revive();
    await written(writer.count + 500);
    const total = await writer.stop();
    await expect
      .poll(() => seen().map((values) => Math.max(...values)), { timeout: 60_000 })
      .toEqual(partitions.map(() => total - 1));
    // Repeats are allowed; a first appearance out of order, or a gap, is not (protocol.md I3).
    const expected = Array.from({ length: total }, (_, i) => i);
    for (const values of seen()) expect([...new Set(values)]).toEqual(expected);
    expect(members.map(({ assignment }) => assignment.partitions)).toEqual(shares);
    expect(members.flatMap(({ failures }) => failures)).toEqual([]);
    for (const { consumer } of members) await consumer.stop();
  }, 120_000);

  test('a transaction that the outage cut off is in doubt, and a new producer goes on', async () => {
    const topic = await bench.topic();
    const transactionalId = `tx-${randomUUID()}`;
    const older = bench.broker.producer({ transactionalId });
    const cut = await older.begin();
    await cut.send(recordsOf(topic, ['cut off']));
    await kafka.kill(...Array.from({ length: brokers }, (_, i) => i + 1));
    await expect(cut.commit()).rejects.toMatchObject({ code: 'broker.unavailable' });
    await kafka.revive();
    await expect(older.begin()).rejects.toMatchObject({ code: 'broker.unavailable' });
    const whole = await bench.broker.producer({ transactionalId }).begin();
    await whole.send(recordsOf(topic, ['whole']));
    await whole.commit();
    const reader = await bench.member(topic, { isolation: 'read_committed' }).start();
    await reader.until(() => reader.values.includes('whole'));
    expect(reader.values).toEqual(['whole']);
  }, 120_000);
});

/** Writes ascending numbers to all partitions, one send after another, each again until it is acknowledged. */
class Writer {
  count = 0;
  #isStopped = false;
  readonly #done: Promise<void>;

  constructor(producer: Producer, topic: string) {
    this.#done = this.#write(producer, topic);
  }

  async stop(): Promise<number> {
    this.#isStopped = true;
    await this.#done;
    return this.count;
  }

  async #write(producer: Producer, topic: string): Promise<void> {
    while (!this.#isStopped) {
      const next = String(this.count);
      const records = partitions.flatMap((partition) => recordsOf(topic, [next], { partition }));
      try {
        await producer.send(records);
        this.count += 1;
      } catch {
        await setTimeout(100);
      }
    }
  }
}
