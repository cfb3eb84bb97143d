/**
 * Fills the raw topic before anything is measured, in a process of its own:
 * tsx bench/peers/fill.ts '{"brokers":["127.0.0.1:9092"],"topic":"alerts.raw.v1","format":"avro","rawSchema":1,"load":{…}}'
 * Prints what was written as one line of JSON. Keys are the identities, so that all alerts of one are in one partition, in
 * the order of their times.
 */
import { KafkaBroker, type ProduceRecord } from '../../pipeline/broker/index.ts';
import { encoderOf, type Format, identityOf, Workload, type WorkloadOptions } from './workload.ts';

export interface FillOrder {
  readonly brokers: readonly string[];
  readonly topic: string;
  readonly format: Format;
  readonly rawSchema: number;
  readonly load: WorkloadOptions;
}

export interface Filled {
  readonly alerts: number;
  /** Of the values alone. */
  readonly bytes: number;
}

const recordsPerSend = 2_000;

async function fill({ brokers, topic, format, rawSchema, load }: FillOrder): Promise<Filled> {
  const broker = new KafkaBroker({ brokers, clientId: 'bench-fill' });
  const producer = broker.producer();
  const encode = encoderOf(format, rawSchema);
  let bytes = 0;
  let records: ProduceRecord[] = [];
  let underWay: Promise<unknown> = Promise.resolve();
  const send = async () => {
    const sent = producer.send(records);
    records = [];
    // One send is acknowledged while the next one is written.
    await underWay;
    underWay = sent;
  };
  for (const { at, alert } of new Workload(load).draw()) {
    const value = encode(alert);
    bytes += value.length;
    records.push({ topic, key: Buffer.from(identityOf(alert)), value, timestamp: at });
    if (records.length === recordsPerSend) await send();
  }
  await send();
  await underWay;
  await broker.close();
  return { alerts: load.alerts, bytes };
}

const order = JSON.parse(process.argv[2] ?? '{}') as FillOrder;
process.stdout.write(`${JSON.stringify(await fill(order))}\n`);
