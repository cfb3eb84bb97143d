import type { Kinded } from '../../operators/operator.ts';
import type { ConfigVersion, ControlCopy, Heartbeat } from '../../schemas/reduced.ts';
import type { LogRecord } from '../broker/index.ts';

export const noRecord: LogRecord = { offset: -1, timestamp: 0, key: null, value: null, headers: {} };

/* What the runtime itself has put into a shard's log, among the facts. */

export function isHeartbeat(input: Kinded): input is Heartbeat {
  return input.kind === 'heartbeat';
}

export function isVersion(input: Kinded): input is ConfigVersion {
  return input.kind === 'config';
}

export function isControl(input: Kinded): input is ControlCopy {
  return input.kind === 'control';
}
