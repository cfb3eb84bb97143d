import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { EmbeddedRegistry } from './embedded-registry.ts';
import { answer, type RestAnswer } from './rest-routes.ts';

const contentType = 'application/vnd.schemaregistry.v1+json';
/** Our largest schema has 10 KB. */
const maxBodyBytes = 1_048_576;

export interface RestFront {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Opens the embedded registry to producers outside this process. It has no authentication: listen on loopback, or put
 * something in front. `port` 0 takes a free one.
 *
 * @throws the error of node:net when the address cannot be listened on
 */
export async function openRestFront(
  registry: EmbeddedRegistry,
  { host = '127.0.0.1', port = 8081 }: { readonly host?: string; readonly port?: number } = {},
): Promise<RestFront> {
  const server = createServer((request, response) => {
    respond(registry, request).then(
      (reply) => send(response, reply),
      (error: unknown) =>
        send(response, { status: 500, body: { error_code: 50001, message: String(error) } }),
    );
  });
  await listening(server, host, port);
  const { port: taken } = server.address() as AddressInfo;
  return { url: `http://${host}:${taken}`, close: () => closed(server) };
}

async function respond(registry: EmbeddedRegistry, request: IncomingMessage): Promise<RestAnswer> {
  const body = await bodyOf(request);
  const path = segments(request.url ?? '/');
  if (body === null || path === null) {
    const status = body === null ? 413 : 400;
    return { status, body: { error_code: status, message: body === null ? 'too much' : 'not a path' } };
  }
  return answer(registry, { method: request.method ?? 'GET', path, body });
}

/** null when it is larger than a schema can be; the rest is read and forgotten, so that the answer gets through. */
async function bodyOf(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= maxBodyBytes) chunks.push(chunk);
  }
  return bytes > maxBodyBytes ? null : Buffer.concat(chunks).toString();
}

function segments(url: string): readonly string[] | null {
  try {
    const [path = ''] = url.split('?');
    return path.split('/').filter(Boolean).map(decodeURIComponent);
  } catch {
    return null;
  }
}

function send(response: ServerResponse, { status, body }: RestAnswer): void {
  response.writeHead(status, { 'content-type': contentType });
  response.end(JSON.stringify(body));
}

function listening(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close((error) => (error === undefined ? resolve() : reject(error)));
    server.closeAllConnections();
  });
}
