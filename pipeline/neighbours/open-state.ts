import { randomUUID } from 'node:crypto';
import type { StateConfig } from '../config/index.ts';
import {
  MemoryStateStore,
  openRedisStateStore,
  type RedisOptions,
  redisOptionsOf,
  type StateStore,
} from '../state/index.ts';

/**
 * The configured store of checkpoints. Rejects with `state.unavailable`, `state.refused` (login, permissions) or
 * `state.evicts`.
 */
export async function openState(config: StateConfig): Promise<StateStore> {
  if (config.kind === 'memory') return new MemoryStateStore({ nonce: randomUUID });
  return openRedisStateStore({ ...redisOptions(config), nonce: randomUUID });
}

type RedisConfig = Extract<StateConfig, { readonly kind: 'redis' }>;

/** What stands in keys of its own wins over what the address says. */
function redisOptions({ url, mode, nodes = [], sentinel, ...keys }: RedisConfig): RedisOptions {
  const addressed = url === undefined ? { mode, nodes } : redisOptionsOf(url.reveal());
  if (sentinel === undefined) return { ...addressed, ...keys };
  const { name, ...login } = sentinel;
  return { ...addressed, ...keys, master: name, sentinel: login };
}
