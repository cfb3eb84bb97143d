import { TocsinError } from '../../../schemas/errors.ts';

/** A text that prints as `[redacted]`. */
export interface Hidden {
  reveal(): string;
}

/** PEM texts. Without `ca` the system's certificate authorities are trusted. */
export interface RedisTls {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: Hidden;
  /** Name in the server's certificate, where it is not the host that is connected to. */
  readonly serverName?: string;
}

export interface RedisLogin {
  /** ACL user; without it the password is that of the user `default`. */
  readonly username?: string;
  readonly password?: Hidden;
}

export interface RedisOptions extends RedisLogin {
  /** single: one server. sentinel: `nodes` are Sentinels that know `master`. cluster: `nodes` are some of its members. */
  readonly mode: 'single' | 'sentinel' | 'cluster';
  /** `host:port` or `[v6]:port`; single uses the first. */
  readonly nodes: readonly string[];
  /** Name of the master group at the Sentinels. */
  readonly master?: string;
  /** How to log in at the Sentinels themselves. */
  readonly sentinel?: RedisLogin;
  /** Number of the database; a cluster has only 0. */
  readonly db?: number;
  readonly tls?: RedisTls;
  /** First part of every key; installations that share a server need different ones. */
  readonly prefix?: string;
  /** How long one call may take, reconnecting included, before it fails with `state.unavailable`. */
  readonly timeoutMs?: number;
}

export interface NodeAddress {
  readonly host: string;
  readonly port: number;
}

/** The address in `host:port`; null when it is none. */
export function parseNode(text: string): NodeAddress | null {
  const [, v6, name, digits] = /^(?:\[([0-9a-fA-F:.]+)\]|([^\s:[\]]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = v6 ?? name;
  const port = Number(digits);
  return host === undefined || port < 1 || port > 65_535 ? null : { host, port };
}

/** `redis://user:password@host:port/db`, with `rediss:` for TLS, as one server. Throws `config.invalid-value`. */
export function redisOptionsOf(address: string): RedisOptions {
  const url = URL.canParse(address) ? new URL(address) : null;
  const db = /^\/?(\d{0,4})$/.exec(url?.pathname ?? '')?.[1];
  if (url === null || db === undefined || !['redis:', 'rediss:'].includes(url.protocol))
    throw new TocsinError('config.invalid-value', 'the address of a Redis is redis://host:port');
  const password = decodeURIComponent(url.password);
  return {
    mode: 'single',
    nodes: [`${url.hostname}:${url.port || '6379'}`],
    db: Number(db),
    ...(url.protocol === 'rediss:' ? { tls: {} } : {}),
    ...(url.username === '' ? {} : { username: decodeURIComponent(url.username) }),
    ...(password === '' ? {} : { password: { reveal: () => password } }),
  };
}
