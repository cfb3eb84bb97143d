import { setTimeout } from 'node:timers/promises';
import kafkajs from 'kafkajs';

/** Deletes those that exist, and waits until they are gone: the port has no use for that. */
export async function deleteTopics(brokers: readonly string[], names: readonly string[]): Promise<void> {
  const kafka = new kafkajs.Kafka({ brokers: [...brokers], logLevel: kafkajs.logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  try {
    const remaining = async () => (await admin.listTopics()).filter((name) => names.includes(name));
    const found = await remaining();
    if (found.length > 0) await admin.deleteTopics({ topics: found });
    while ((await remaining()).length > 0) await setTimeout(200);
  } finally {
    await admin.disconnect();
  }
}
