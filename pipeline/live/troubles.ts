import type { Log } from '../telemetry/index.ts';
import type { OnTrouble } from '../worker/index.ts';

type Trouble = Parameters<OnTrouble>[0];

/** All of them, so that each is there to be counted before it happens the first time. */
const none: Readonly<Record<Trouble, number>> = {
  'control-undecodable': 0,
  'control-too-large': 0,
  'records-lost': 0,
  'shard-lost': 0,
  'shard-waits': 0,
  'shard-full': 0,
  'dead-letters-stopped': 0,
  shedding: 0,
  'state-away': 0,
  'state-lost': 0,
  'state-incomplete': 0,
  'offset-uncommitted': 0,
  'snapshot-failed': 0,
  'warehouse-retrying': 0,
  'warehouse-refused': 0,
  'warehouse-unreadable': 0,
  'warehouse-marks-lost': 0,
  'warehouse-left': 0,
};

/** Logs and counts what is wrong without stopping the worker. */
export class Troubles {
  readonly counts: Record<Trouble, number> = { ...none };
  readonly #log: Log;

  constructor(log: Log) {
    this.#log = log;
  }

  readonly note: OnTrouble = (code, detail) => {
    this.counts[code] += 1;
    this.#log.warn(code, { detail });
  };
}
