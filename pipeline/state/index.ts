export { MemoryStateStore, type MemoryStateStoreOptions, type StateSnapshot } from './memory-state-store.ts';
export type {
  Checkpoint,
  CheckpointMark,
  Fenced,
  Lease,
  RowChange,
  ShardId,
  StateStore,
} from './state.ts';
