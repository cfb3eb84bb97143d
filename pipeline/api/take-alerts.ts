import type { IncomingMessage } from 'node:http';
import type { Answer } from './answer.ts';
import type { Inside } from './inside.ts';
import { readBody } from './read-body.ts';

/**
 * Takes one record of alerts, in any payload that normalize knows. It is not looked at here: what is wrong with an alert
 * shows up in the dead-letter topic, as for any other producer.
 */
export async function takeAlerts(
  request: IncomingMessage,
  inside: Inside,
  status: 200 | 202,
): Promise<Answer> {
  const body = await readBody(request);
  if (!Buffer.isBuffer(body)) return body;
  await inside.ingest(body, attributesOf(request));
  return { status, body: '' };
}

/** CloudEvents in binary mode over HTTP name their attributes `ce-*` and escape the values; over Kafka `ce_*`, as they are. */
function attributesOf({ headers }: IncomingMessage): Readonly<Record<string, string>> {
  const attributes = Object.entries(headers).filter(([name]) => name.startsWith('ce-'));
  return Object.fromEntries(
    attributes.map(([name, value]) => [`ce_${name.slice('ce-'.length)}`, unescaped(String(value))]),
  );
}

function unescaped(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
