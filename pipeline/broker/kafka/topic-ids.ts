import { createRequire } from 'node:module';
import { TocsinError } from '../../../schemas/errors.ts';
import { brokerError } from './broker-error.ts';
import type { InnerCluster } from './kafkajs-insides.ts';

/** The parts of kafkajs' reader and writer of the flexible wire format (KIP-482) that the request needs. */
interface Writer {
  writeBoolean(value: boolean): Writer;
  writeBuffer(value: Buffer): Writer;
  writeUVarIntString(value: string | null): Writer;
  writeUVarIntArray(items: readonly Writer[]): Writer;
  writeUVarIntBytes(): Writer;
}
interface Reader {
  readInt16(): number;
  readInt32(): number;
  readBoolean(): boolean;
  readBytes(length: number): Buffer;
  readUVarIntString(): string | null;
  readUVarIntArray<T>(read: (reader: Reader) => T): T[];
  readTaggedFields(): void;
}

const load = createRequire(import.meta.url);
const Encoder: new () => Writer = load('kafkajs/src/protocol/encoder');
const Decoder: new (data: Buffer) => Reader = load('kafkajs/src/protocol/decoder');
const { createErrorFromCode }: { createErrorFromCode(code: number): Error } = load(
  'kafkajs/src/protocol/error',
);

const metadata = { apiKey: 3, apiName: 'Metadata', apiVersion: 10 } as const;

/** What a broker says of one topic. */
interface Found {
  readonly errorCode: number;
  readonly name: string;
  readonly id: string;
}

/**
 * Ids that the cluster gave the topics when it made them, in the order asked; '' from brokers before Kafka 2.8. A topic
 * that is deleted and made anew under its name has another one (KIP-516). kafkajs knows Metadata up to version 6, which
 * does not say them. Rejects with `broker.unknown-topic`.
 */
export async function topicIdsOf(
  cluster: InnerCluster,
  topics: readonly string[],
): Promise<readonly string[]> {
  const broker = await cluster.findControllerBroker();
  if ((broker.versions[metadata.apiKey]?.maxVersion ?? 0) < metadata.apiVersion) return topics.map(() => '');
  const found = await broker.connectionPool.send({ request: requestOf(topics), response });
  return topics.map((topic) => idIn(found, topic));
}

function idIn(found: readonly Found[], topic: string): string {
  const { errorCode, id } = found.find(({ name }) => name === topic) ?? { errorCode: 3, id: '' };
  if (errorCode === 0) return id;
  if (errorCode === 3) throw new TocsinError('broker.unknown-topic', topic);
  throw brokerError(createErrorFromCode(errorCode), `the id of ${topic}`);
}

/** https://kafka.apache.org/protocol, Metadata Request (Version: 10); the first byte ends the header's tags. */
function requestOf(topics: readonly string[]) {
  const encode = async (): Promise<Writer> =>
    new Encoder()
      .writeUVarIntBytes()
      .writeUVarIntArray(
        topics.map((name) =>
          new Encoder().writeBuffer(Buffer.alloc(16)).writeUVarIntString(name).writeUVarIntBytes(),
        ),
      )
      .writeBoolean(false)
      .writeBoolean(false)
      .writeBoolean(false)
      .writeUVarIntBytes();
  return { ...metadata, encode };
}

const response = {
  async decode(data: Buffer): Promise<readonly Found[]> {
    const reader = new Decoder(data);
    reader.readTaggedFields();
    reader.readInt32();
    reader.readUVarIntArray(readBroker);
    reader.readUVarIntString();
    reader.readInt32();
    return reader.readUVarIntArray(readTopic);
  },
  async parse(found: readonly Found[]): Promise<readonly Found[]> {
    return found;
  },
};

function readBroker(reader: Reader): void {
  reader.readInt32();
  reader.readUVarIntString();
  reader.readInt32();
  reader.readUVarIntString();
  reader.readTaggedFields();
}

function readTopic(reader: Reader): Found {
  const errorCode = reader.readInt16();
  const name = reader.readUVarIntString() ?? '';
  const id = reader.readBytes(16).toString('hex');
  reader.readBoolean();
  reader.readUVarIntArray(readPartition);
  reader.readInt32();
  reader.readTaggedFields();
  return { errorCode, name, id };
}

function readPartition(reader: Reader): void {
  reader.readInt16();
  for (let field = 0; field < 3; field += 1) reader.readInt32();
  for (let list = 0; list < 3; list += 1) reader.readUVarIntArray((inner) => inner.readInt32());
  reader.readTaggedFields();
}
