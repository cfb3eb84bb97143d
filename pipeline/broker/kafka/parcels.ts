import type { Message } from 'kafkajs';
import { TocsinError } from '../../../schemas/errors.ts';
import type { Acknowledged, ProduceRecord, TopicPartition } from '../broker.ts';
import { partitionOf } from '../partitioner.ts';
import { laneOf, type Parcel } from './acknowledged-send.ts';

/** kafkajs makes one record batch of a parcel, which brokers refuse above 1 MiB (message.max.bytes). A single record may be larger. */
const maxParcelBytes = 512 * 1_024;
/** What a record costs besides its bytes, roughly: lengths, offset and timestamp deltas. */
const overheadBytes = 32;

/** Everything for one partition, in order, cut into parcels. */
export interface Consignment extends TopicPartition {
  readonly parcels: readonly Parcel[];
}

/** Finds the number of partitions of a topic; rejects with `broker.unknown-topic`. */
export type PartitionCount = (topic: string) => Promise<number>;

/** Chooses a partition for each record as Kafka's clients do, records without a key in turn. */
export class Placement {
  readonly #count: PartitionCount;
  readonly #turns = new Map<string, number>();

  constructor(count: PartitionCount) {
    this.#count = count;
  }

  /** Rejects with `broker.unknown-topic` before anything is sent: kafkajs passes over a partition it does not know. */
  async place(records: readonly ProduceRecord[]): Promise<Consignment[]> {
    const counts = new Map<string, number>();
    for (const { topic } of records) if (!counts.has(topic)) counts.set(topic, await this.#count(topic));
    const byTopic = new Map<string, Map<number, Message[]>>();
    for (const record of records) {
      const { topic } = record;
      const partition = this.#choose(record, counts.get(topic) ?? 0);
      const byPartition = byTopic.get(topic) ?? new Map<number, Message[]>();
      byTopic.set(topic, byPartition);
      const message = messageOf(record, partition);
      const messages = byPartition.get(partition);
      if (messages === undefined) byPartition.set(partition, [message]);
      else messages.push(message);
    }
    return Array.from(byTopic, ([topic, byPartition]) =>
      Array.from(byPartition, ([partition, messages]) => ({
        topic,
        partition,
        parcels: cut(messages).map((some) => ({ topic, partition, messages: some })),
      })),
    ).flat();
  }

  #choose({ topic, partition, key }: ProduceRecord, count: number): number {
    if (partition !== undefined) {
      if (partition < count) return partition;
      throw new TocsinError('broker.unknown-topic', `${topic}, partition ${partition}`);
    }
    if (key !== null) return partitionOf(key, count);
    const turn = ((this.#turns.get(topic) ?? -1) + 1) % count;
    this.#turns.set(topic, turn);
    return turn;
  }
}

/** What was acknowledged of one partition, over all of its parcels. */
export function sumOf(acknowledged: readonly Acknowledged[]): Acknowledged[] {
  const sums = new Map<string, Acknowledged>();
  for (const one of acknowledged) {
    const sum = sums.get(laneOf(one));
    const baseOffset = Math.min(one.baseOffset, sum?.baseOffset ?? one.baseOffset);
    sums.set(laneOf(one), { ...one, baseOffset, count: one.count + (sum?.count ?? 0) });
  }
  return [...sums.values()];
}

function messageOf({ key, value, headers, timestamp }: ProduceRecord, partition: number): Message {
  const message: Message = { partition, key: bufferOf(key), value: bufferOf(value) };
  if (timestamp !== undefined) message.timestamp = String(timestamp);
  if (headers !== undefined) message.headers = headersOf(headers);
  return message;
}

function headersOf(headers: Readonly<Record<string, Uint8Array>>): Record<string, Buffer> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, bytes]) => [name, bufferOf(bytes) ?? Buffer.alloc(0)]),
  );
}

/** kafkajs takes Buffers for bytes and makes text of everything else. A view, not a copy. */
function bufferOf(bytes: Uint8Array | null): Buffer | null {
  if (bytes === null || Buffer.isBuffer(bytes)) return bytes;
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function cut(messages: readonly Message[]): Message[][] {
  const pieces: Message[][] = [];
  let piece: Message[] = [];
  let bytes = 0;
  for (const message of messages) {
    const size = sizeOf(message);
    if (piece.length > 0 && bytes + size > maxParcelBytes) {
      pieces.push(piece);
      piece = [];
      bytes = 0;
    }
    piece.push(message);
    bytes += size;
  }
  pieces.push(piece);
  return pieces;
}

function sizeOf({ key, value, headers }: Message): number {
  let bytes = overheadBytes + (key?.length ?? 0) + (value?.length ?? 0);
  for (const [name, header] of Object.entries(headers ?? {})) bytes += name.length + (header?.length ?? 0);
  return bytes;
}
