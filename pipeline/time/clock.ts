import type { EventTimeMs } from '../../schemas/brand.ts';

/** Port to the passing of time. Effects ask it when to act; decisions never do (they know time from their own log). */
export interface Clock {
  now(): EventTimeMs;
  /** Calls `act` once when `now()` has reached `due`; returns what takes the call back. */
  schedule(due: EventTimeMs, act: () => void): () => void;
  /** Resolves when others had a turn: what has come is read, whose time has come is called. No time need pass. */
  turn(): Promise<void>;
}
