import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { TocsinError } from '../../schemas/errors.ts';
import { readBody } from './read-body.ts';

/** What the API reaches inside the process. */
export interface Inside {
  /** Puts a payload into the raw topic; resolves when the log has it. */
  readonly ingest: (value: Buffer, headers: Readonly<Record<string, string>>) => Promise<void>;
  readonly metrics: () => Promise<{ readonly text: string; readonly contentType: string }>;
  readonly isReady: () => boolean;
}

export interface Listening {
  readonly url: string;
  close(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly contentType?: string;
}

const maxBodyBytes = 1 << 20;

/** Paths that take alerts: ours, and the ones that Alertmanager's senders and webhooks already use. */
const ingestPaths: ReadonlySet<string> = new Set(['/v1/alerts', '/api/v2/alerts', '/webhook']);

/**
 * Takes alerts over HTTP in any payload normalize knows, and answers probes and scrapes. Alerts are acknowledged (202)
 * once the log has them; what is wrong with one shows up in the dead-letter topic, as for any producer.
 *
 * @throws TocsinError `api.cannot-listen`
 */
export async function serve(
  address: { readonly host: string; readonly port: number },
  inside: Inside,
): Promise<Listening> {
  const server = createServer((request, response) => {
    answer(request, inside).then(
      (given) => write(response, given),
      (error: unknown) => write(response, { status: 503, body: `${String(error)}\n` }),
    );
  });
  await listen(server, address);
  const { port } = server.address() as AddressInfo;
  const host = address.host.includes(':') ? `[${address.host}]` : address.host;
  return {
    url: `http://${host}:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
      }),
  };
}

function listen(
  server: Server,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) =>
      reject(new TocsinError('api.cannot-listen', `${host}:${port}: ${error.message}`)),
    );
    server.listen(port, host, resolve);
  });
}

async function answer(request: IncomingMessage, inside: Inside): Promise<Answer> {
  const path = (request.url ?? '/').split('?')[0] ?? '/';
  if (ingestPaths.has(path)) return takeAlerts(request, inside);
  if (request.method !== 'GET') return { status: 405, body: 'use GET\n' };
  if (path === '/livez') return { status: 200, body: 'ok\n' };
  if (path === '/readyz')
    return inside.isReady() ? { status: 200, body: 'ok\n' } : { status: 503, body: 'starting\n' };
  if (path === '/metrics') {
    const { text, contentType } = await inside.metrics();
    return { status: 200, body: text, contentType };
  }
  return { status: 404, body: `no ${path} here: POST alerts to ${[...ingestPaths].join(', ')}\n` };
}

async function takeAlerts(request: IncomingMessage, inside: Inside): Promise<Answer> {
  if (request.method !== 'POST') return { status: 405, body: 'use POST\n' };
  const body = await readBody(request, maxBodyBytes);
  if (body === null) return { status: 413, body: `a request has at most ${maxBodyBytes} bytes\n` };
  if (body.length === 0) return { status: 400, body: 'the body is empty; send alerts as JSON\n' };
  await inside.ingest(body, cloudEventHeaders(request));
  return { status: 202, body: '' };
}

/** CloudEvents in binary mode over HTTP name their attributes `ce-*`; over Kafka, `ce_*`. */
function cloudEventHeaders({ headers }: IncomingMessage): Readonly<Record<string, string>> {
  const attributes = Object.entries(headers).filter(([name]) => name.startsWith('ce-'));
  return Object.fromEntries(attributes.map(([name, value]) => [`ce_${name.slice(3)}`, String(value)]));
}

function write(response: ServerResponse, { status, body, contentType }: Answer): void {
  response.writeHead(status, { 'content-type': contentType ?? 'text/plain; charset=utf-8' });
  response.end(body);
}
