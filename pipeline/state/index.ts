export { type Installation, refusalOf, type TopicIds } from './installation.ts';
export { MemoryStateStore, type MemoryStateStoreOptions, type StateSnapshot } from './memory-state-store.ts';
export type { Hidden, RedisLogin, RedisOptions, RedisTls } from './redis/connection-options.ts';
export { redisOptionsOf } from './redis/connection-options.ts';
export {
  openRedisStateStore,
  type RedisStateStore,
  type RedisStateStoreOptions,
} from './redis/redis-state-store.ts';
export type { SliceLimit } from './redis/slices.ts';
export type {
  Checkpoint,
  CheckpointMark,
  Fenced,
  Lease,
  RowChange,
  ShardId,
  StateStore,
} from './state.ts';
