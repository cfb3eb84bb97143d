/**
 * The floor of the platform: kafkajs, avsc (or JSON.parse) and a Map, doing nothing but the dedupe. The first alert of an
 * identity in a window goes on as it came, the rest does not; outputs are acknowledged before offsets are committed.
 *
 * tsx bench/peers/bare.ts '{"brokers":["127.0.0.1:9092"],"from":"alerts.raw.v1","to":"bench.out","group":"bare","format":"avro","alerts":1000000}'
 * Prints what it took as one line of JSON and ends when it has read so many alerts.
 */
import avsc from 'avsc';
import kafkajs, { type EachBatchPayload, type KafkaMessage, type Message } from 'kafkajs';
import type { RawAlert } from '../../schemas/alert.ts';
import { codecs } from '../../schemas/avro/index.ts';
import type { PeerOrder, Taken } from './peer.ts';
import { windowMs } from './workload.ts';

/** What the loop looks at. */
type Read = Pick<RawAlert, 'tenant' | 'source' | 'name' | 'labels' | 'observedAt'>;

/** Magic byte and schema id of Confluent's framing. */
const frameBytes = 5;

function readerOf(format: PeerOrder['format']): (value: Buffer) => Read {
  if (format === 'json') return (value) => JSON.parse(value.toString('utf8')) as Read;
  const type = avsc.Type.forSchema(codecs.raw.schema as avsc.Schema);
  return (value) => type.decode(value, frameBytes).value as Read;
}

function identityOf({ tenant, source, name, labels }: Read): string {
  let identity = `${tenant}\n${source}\n${name}`;
  for (const label of Object.keys(labels).sort()) identity += `\n${label}=${labels[label]}`;
  return identity;
}

const order = JSON.parse(process.argv[2] ?? '{}') as PeerOrder;
const read = readerOf(order.format);
const windowOf = new Map<string, number>();
let alerts = 0;
let outputs = 0;
let startedAt = 0;
let half: Taken['half'] = { alerts: 0, cpuMs: 0, wallMs: 0 };

const cpuMs = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
};

function isFirst(message: KafkaMessage): boolean {
  const alert = read(message.value ?? Buffer.alloc(0));
  const window = Math.floor((alert.observedAt ?? Number(message.timestamp)) / windowMs);
  const identity = identityOf(alert);
  if (windowOf.get(identity) === window) return false;
  windowOf.set(identity, window);
  return true;
}

function noteProgress(records: number): void {
  alerts += records;
  if (half.alerts > 0 || alerts < order.alerts / 2) return;
  half = { alerts, cpuMs: cpuMs(), wallMs: performance.now() - startedAt };
}

const kafka = new kafkajs.Kafka({ brokers: [...order.brokers], logLevel: kafkajs.logLevel.NOTHING });
const producer = kafka.producer({ allowAutoTopicCreation: false });
const consumer = kafka.consumer({ groupId: order.group, maxWaitTimeInMs: 50 });

async function take({
  batch: { messages },
  resolveOffset,
  commitOffsetsIfNecessary,
}: EachBatchPayload): Promise<void> {
  if (startedAt === 0) startedAt = performance.now();
  const firsts: Message[] = [];
  for (const message of messages)
    if (isFirst(message))
      firsts.push({ key: message.key, value: message.value, timestamp: message.timestamp });
  if (firsts.length > 0) await producer.send({ topic: order.to, acks: -1, messages: firsts });
  outputs += firsts.length;
  const last = messages.at(-1);
  if (last !== undefined) resolveOffset(last.offset);
  await commitOffsetsIfNecessary();
  noteProgress(messages.length);
}

await producer.connect();
await consumer.connect();
await consumer.subscribe({ topics: [order.from], fromBeginning: true });
await new Promise<void>((resolve, reject) => {
  consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error));
  const run = consumer.run({
    autoCommitInterval: 1_000,
    eachBatchAutoResolve: false,
    partitionsConsumedConcurrently: order.partitions,
    eachBatch: async (payload) => {
      await take(payload);
      if (alerts >= order.alerts) resolve();
    },
  });
  run.catch(reject);
});
const wallMs = performance.now() - startedAt;
const taken: Taken = { alerts, outputs, wallMs, cpuMs: cpuMs(), half };
process.stdout.write(`${JSON.stringify(taken)}\n`);
await consumer.disconnect();
await producer.disconnect();
