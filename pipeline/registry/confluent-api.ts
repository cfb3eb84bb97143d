import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { SchemaRegistry } from '@kafkajs/confluent-schema-registry';

/** A text that prints as `[redacted]`. */
export interface Hidden {
  reveal(): string;
}

export interface ConfluentApiOptions {
  /** Base address of the Confluent API, with its path: `http://host:8081`, `http://host/apis/ccompat/v7`. */
  readonly url: string;
  readonly username?: string;
  readonly password?: Hidden;
  /** PEM texts. Without `ca` the system's certificate authorities are trusted. */
  readonly tls?: { readonly ca?: string; readonly cert?: string; readonly key?: Hidden };
  /** How long one request may take; it is tried three times. */
  readonly timeoutMs?: number;
}

interface Answer<T> {
  data(): T;
}

export interface StoredVersion {
  readonly id: number;
  readonly version: number;
  /** Avro as JSON text. */
  readonly schema: string;
}

/** The routes of the client that are used; each rejects with an error that has the HTTP `status`. */
export interface ConfluentApi {
  readonly Schema: {
    find(of: { id: number }): Promise<Answer<{ schema: string; schemaType?: string }>>;
  };
  readonly Subject: {
    all(): Promise<Answer<unknown>>;
    version(of: { subject: string; version: number | 'latest' }): Promise<Answer<StoredVersion>>;
    config(of: { subject: string }): Promise<Answer<{ compatibilityLevel: string }>>;
    updateConfig(of: { subject: string; body: { compatibility: string } }): Promise<unknown>;
  };
}

export interface ConfluentClient {
  readonly registry: SchemaRegistry;
  readonly api: ConfluentApi;
  close(): void;
}

export function confluentClient(options: ConfluentApiOptions): ConfluentClient {
  const { url, username = '', password, timeoutMs = 5_000 } = options;
  const agent = agentOf(options);
  const registry = new SchemaRegistry({
    host: url.replace(/\/+$/, ''),
    clientId: 'tocsin',
    agent,
    ...(password === undefined ? {} : { auth: { username, password: password.reveal() } }),
    // All of it, since the client writes what is given into its own defaults, which other instances then see.
    retry: { retries: 2, initialRetryTimeInSecs: 0.1, maxRetryTimeInSecs: 1, factor: 0.2, multiplier: 2 },
    middlewares: [() => ({ prepareRequest: async (next) => (await next()).enhance({ timeout: timeoutMs }) })],
  });
  // The public methods give schemas as its own compiled types; the port is about their texts. 3.9.0 keeps the routes
  // in a private field, and the contract suite fails if another version does not.
  const { api } = registry as unknown as { readonly api: ConfluentApi };
  return { registry, api, close: () => agent.destroy() };
}

function agentOf({ url, tls }: ConfluentApiOptions): HttpAgent {
  if (!url.startsWith('https:')) return new HttpAgent({ keepAlive: true });
  return new HttpsAgent({
    keepAlive: true,
    ...(tls?.ca === undefined ? {} : { ca: tls.ca }),
    ...(tls?.cert === undefined ? {} : { cert: tls.cert }),
    ...(tls?.key === undefined ? {} : { key: tls.key.reveal() }),
  });
}
