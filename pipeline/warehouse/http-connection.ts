import { ClickHouseLogLevel, createClient } from '@clickhouse/client';
import type { Connected } from './connection.ts';
import { insertByHttp } from './insert-by-http.ts';
import { serverSettings } from './settings.ts';

/** A text that prints as `[redacted]`. */
export interface Hidden {
  reveal(): string;
}

export interface HttpOptions {
  /** `http://host:8123` or `https://host:8443`, with the path of a proxy where there is one. */
  readonly url: string;
  readonly user?: string;
  readonly password?: Hidden;
  /** PEM texts; `cert` and `key` go together, and with `ca`. Without `ca` the system's authorities are trusted. */
  readonly tls?: { readonly ca: string; readonly cert?: string; readonly key?: Hidden };
  /** How long one call may take; an insert waits for the roll-ups that are computed from it. */
  readonly timeoutMs?: number;
}

/**
 * A ClickHouse server over HTTP. Nothing is sent until the first call. Give `ClickHouseWarehouse` the database: the
 * connection has none, since `migrate` creates it.
 */
export function connectHttp(options: HttpOptions): Connected {
  const { url, user = 'default', password, tls, timeoutMs = 60_000 } = options;
  const client = createClient({
    url,
    username: user,
    password: password?.reveal() ?? '',
    application: 'tocsin',
    request_timeout: timeoutMs,
    // Whoever calls hears of a failure; the client would print it as well, with all settings.
    log: { level: ClickHouseLogLevel.OFF },
    ...(tls === undefined ? {} : { tls: certificatesOf(tls) }),
  });
  return {
    client,
    // Each request is a session of its own.
    isSerial: false,
    settings: serverSettings(),
    insert: (rows) => insertByHttp(client, rows),
    close: () => client.close(),
  };
}

function certificatesOf({ ca, cert, key }: NonNullable<HttpOptions['tls']>) {
  const trusted = { ca_cert: Buffer.from(ca) };
  if (cert === undefined || key === undefined) return trusted;
  return { ...trusted, cert: Buffer.from(cert), key: Buffer.from(key.reveal()) };
}
