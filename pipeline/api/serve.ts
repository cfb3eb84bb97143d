import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { TocsinError } from '../../schemas/errors.ts';
import { type Answer, said, write } from './answer.ts';
import type { Inside } from './inside.ts';
import { answer } from './routes.ts';

export interface Address {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
}

export interface Patience {
  /** A request must be here, with its body, within this time. */
  readonly requestMs: number;
  /** A connection on which nothing moves is closed after this time. */
  readonly idleMs: number;
  /** Requests under way may take so long after `close`. */
  readonly closeMs: number;
}

export interface Listening {
  readonly url: string;
  /** Takes no further request, and lets those under way finish. */
  close(): Promise<void>;
}

const patience: Patience = { requestMs: 30_000, idleMs: 60_000, closeMs: 2_000 };

/**
 * Takes alerts and controls over HTTP, and answers probes and scrapes. There is no authentication: listen on loopback,
 * or put something in front.
 *
 * @throws TocsinError `api.cannot-listen`
 */
export async function serve(address: Address, inside: Inside, limits = patience): Promise<Listening> {
  const { requestMs, idleMs, closeMs } = limits;
  const server = createServer(
    {
      requestTimeout: requestMs,
      headersTimeout: requestMs,
      connectionsCheckingInterval: Math.ceil(requestMs / 10),
    },
    (request, response) => respond(inside, request, response),
  );
  server.setTimeout(idleMs);
  await listen(server, address);
  const { port } = server.address() as AddressInfo;
  const host = address.host.includes(':') ? `[${address.host}]` : address.host;
  return { url: `http://${host}:${port}`, close: () => close(server, closeMs) };
}

async function respond(inside: Inside, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    write(response, await answer(request, inside));
  } catch (error) {
    write(response, refusalOf(error));
  }
}

/** The sender keeps what was not taken, and tries again, unless it never will be. One that went away hears nothing. */
function refusalOf(error: unknown): Answer {
  const reason = error instanceof Error ? error.message : String(error);
  const isFinal = error instanceof TocsinError && error.code === 'broker.invalid-record';
  return isFinal ? said(400, reason) : said(503, reason, { 'retry-after': '1' });
}

function listen(server: Server, { host, port }: Address): Promise<void> {
  return new Promise((resolve, reject) => {
    const refuse = (error: Error) =>
      reject(new TocsinError('api.cannot-listen', `${host}:${port}: ${error.message}`, { cause: error }));
    server.once('error', refuse);
    server.listen({ port, host }, () => {
      server.off('error', refuse);
      resolve();
    });
  });
}

function close(server: Server, closeMs: number): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(() => server.closeAllConnections(), closeMs);
    server.close(() => {
      clearTimeout(cut);
      resolve();
    });
    server.closeIdleConnections();
  });
}
