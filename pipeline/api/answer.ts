import type { ServerResponse } from 'node:http';

export interface Answer {
  readonly status: number;
  readonly body: string;
  readonly contentType?: string;
  /** Further headers, in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** One line of text for people. */
export function said(status: number, sentence: string, headers: Answer['headers'] = {}): Answer {
  return { status, body: `${sentence}\n`, headers };
}

export function json(status: number, value: unknown): Answer {
  return { status, body: `${JSON.stringify(value)}\n`, contentType: 'application/json' };
}

/** The sender need not hear an answer whose connection is gone. */
export function write(response: ServerResponse, { status, body, contentType, headers }: Answer): void {
  if (response.destroyed || response.headersSent) return;
  const type = contentType ?? 'text/plain; charset=utf-8';
  response.writeHead(status, {
    ...(body === '' ? {} : { 'content-type': type }),
    'content-length': Buffer.byteLength(body),
    ...headers,
  });
  response.end(body);
}
