import type { CommittedOffset, ProduceRecord } from '../broker/index.ts';
import type { Foothold } from '../snapshot/index.ts';
import type { Lease } from '../state/index.ts';

/** How far a shard has come in its input. */
export interface Reached {
  readonly offset: number;
  readonly foothold: Foothold;
}

/** How what a shard states leaves the process: one form per delivery mode. */
export interface Sender {
  /**
   * What the group has committed for the shard's input, once nobody but this instance can commit or send for it any more.
   * Call it behind the fence of the state (protocol.md ACQUIRE 3). Rejects with `broker.fenced` when somebody else takes the
   * shard meanwhile.
   */
  take(lease: Lease): Promise<CommittedOffset | null>;
  /**
   * Sends what the records below the offset led to. Any rejection leaves in doubt what of it was sent. The foothold is what a
   * rebuild of the state as of the offset stands on; the group keeps it with the offset.
   */
  send(records: readonly ProduceRecord[], reached: Reached): Promise<void>;
  /** Resolves when state as of the offset may be stored: everything below is sent, and cannot be taken back. */
  settle(reached: Reached): Promise<void>;
  /** State as of the offset is stored. */
  stored(reached: Reached): Promise<void>;
  close(): Promise<void>;
}
