import type { Broker, LogRecord } from '../broker/index.ts';

/** What a topic with one partition holds from `from` on, up to where it ends now. */
export async function readTopic(
  broker: Broker,
  { topic, from }: { readonly topic: string; readonly from?: number },
  onRecord: (record: LogRecord) => void,
): Promise<void> {
  const { low, high } = await broker.admin.watermarks({ topic, partition: 0 });
  const range = { topic, partition: 0, from: Math.max(low, from ?? 0), to: high };
  await broker.read(range, (records) => {
    for (const record of records) onRecord(record);
  });
}
