import type { IncomingMessage } from 'node:http';
import { type Answer, said } from './answer.ts';

/** Largest body: what Kafka accepts as one record by default, and normalize with it. */
export const maxBodyBytes = 1 << 20;

/** A body that is too long is read up to here, so that its sender comes to read the answer. */
const maxReadBytes = 8 * maxBodyBytes;

/** The whole body, or the answer that refuses it. Rejects when the sender goes away. */
export async function readBody(request: IncomingMessage): Promise<Buffer | Answer> {
  const encoding = request.headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity') return said(415, `content-encoding ${encoding}: send the body as it is`);
  if (Number(request.headers['content-length'] ?? 0) > maxReadBytes) return tooLong;
  const chunks: Buffer[] = [];
  let bytes = 0;
  // Left early, the request must stay open: its connection carries the answer.
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= maxBodyBytes) chunks.push(chunk);
    else chunks.length = 0;
    if (bytes > maxReadBytes) break;
  }
  if (bytes > maxBodyBytes) return tooLong;
  return bytes === 0 ? said(400, 'the body is empty') : Buffer.concat(chunks);
}

/** The connection goes too: what is left of the body is nobody's. */
const tooLong = said(413, `a request has at most ${maxBodyBytes} bytes`, { connection: 'close' });
