import type { IncomingMessage } from 'node:http';

/** The whole body, or null when it is longer than `maxBytes`; the rest of a longer one is read and thrown away. */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    const part: Buffer = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
    bytes += part.length;
    if (bytes <= maxBytes) chunks.push(part);
  }
  return bytes <= maxBytes ? Buffer.concat(chunks) : null;
}
