import { onTestFinished } from 'vitest';
import { type Inside, type Listening, type Patience, serve } from '../../../pipeline/api/index.ts';
import type { Control } from '../../../schemas/control.ts';

/** 2026-01-01T00:00:00Z, in ms: what the API's clock shows. */
export const newYear = 1_767_225_600_000;

export interface Taken {
  readonly value: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** An API in front of a process that only remembers what it was given. */
export interface Served {
  readonly url: string;
  readonly port: number;
  readonly taken: Taken[];
  readonly controls: Control[];
  readonly api: Listening;
  send(path: string, init?: RequestInit): Promise<Said>;
}

export interface Said {
  readonly status: number;
  readonly text: string;
  readonly headers: Headers;
}

export async function served(over: Partial<Inside> = {}, patience?: Patience): Promise<Served> {
  const taken: Taken[] = [];
  const controls: Control[] = [];
  const inside: Inside = {
    ingest: async (value, headers) => void taken.push({ value: Buffer.from(value).toString(), headers }),
    control: async (control) => void controls.push(control),
    metrics: async () => ({ text: 'up 1\n', contentType: 'text/plain; version=0.0.4' }),
    health: () => ({ isStarted: true, checks: [] }),
    now: () => newYear,
    ...over,
  };
  const api = await serve({ host: '127.0.0.1', port: 0 }, inside, patience);
  onTestFinished(() => api.close());
  return {
    url: api.url,
    port: Number(new URL(api.url).port),
    taken,
    controls,
    api,
    send: async (path, init) => {
      const response = await fetch(api.url + path, init);
      return { status: response.status, text: await response.text(), headers: response.headers };
    },
  };
}

export const post = (body: string | Uint8Array, headers: Record<string, string> = {}): RequestInit => ({
  method: 'POST',
  body,
  headers,
});
