import { randomUUID } from 'node:crypto';
import type { Broker, ProduceRecord, TopicSettings } from '../../../pipeline/broker/index.ts';
import { type MemberOptions, RecordingMember } from '../../support/recording-member.ts';

const dayMs = 86_400_000;

export function topicSettings(fields: Partial<TopicSettings> = {}): TopicSettings {
  return {
    name: `t-${randomUUID()}`,
    partitions: 1,
    timestamps: 'CreateTime',
    cleanup: 'delete',
    retentionMs: dayMs,
    ...fields,
  };
}

export interface RecordFields extends Partial<Omit<ProduceRecord, 'key' | 'value'>> {
  readonly key?: string;
}

/** Records with text values, for partition 0 unless `fields` say otherwise. */
export function recordsOf(
  topic: string,
  values: readonly string[],
  fields: RecordFields = {},
): ProduceRecord[] {
  const { key, ...rest } = fields;
  const placed = key === undefined && rest.partition === undefined ? { partition: 0 } : {};
  return values.map((value) => ({
    topic,
    key: key === undefined ? null : Buffer.from(key),
    value: Buffer.from(value),
    ...placed,
    ...rest,
  }));
}

/** Everything a case needs: a broker, a fresh topic and group, and members that are stopped afterwards. */
export class BrokerBench {
  readonly broker: Broker;
  readonly group = `g-${randomUUID()}`;
  readonly #members: RecordingMember[] = [];

  constructor(broker: Broker) {
    this.broker = broker;
  }

  async topic(fields: Partial<TopicSettings> = {}): Promise<string> {
    const settings = topicSettings(fields);
    await this.broker.admin.ensureTopics([settings]);
    return settings.name;
  }

  async send(topic: string, values: readonly string[], fields: RecordFields = {}): Promise<void> {
    const producer = this.broker.producer();
    await producer.send(recordsOf(topic, values, fields));
    await producer.close();
  }

  /** A member of the bench's group, not started. */
  member(topic: string, options: Partial<MemberOptions> = {}): RecordingMember {
    const member = new RecordingMember(this.broker, { group: this.group, topics: [topic], ...options });
    this.#members.push(member);
    return member;
  }

  async close(): Promise<void> {
    for (const { consumer } of this.#members) await consumer.stop();
    await this.broker.close();
  }
}

/** The bench of the running case. */
export type Bench = () => BrokerBench;
