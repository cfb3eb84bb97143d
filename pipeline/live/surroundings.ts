import type { Config } from '../config/index.ts';
import type { Neighbours, Opened } from '../neighbours/index.ts';
import type { ReadTopic } from '../replay/index.ts';
import type { Log } from '../telemetry/index.ts';
import type { Clock } from '../time/index.ts';
import type { GraphName } from '../worker/index.ts';

export interface LiveOptions {
  readonly graphs: readonly GraphName[];
  /** Output topics printed as NDJSON. */
  readonly print: readonly ReadTopic[];
  /** Gives stored state up that does not belong to the log, instead of refusing to start. */
  readonly acceptsReset: boolean;
}

export interface Outside {
  readonly log: Log;
  /** Takes lines of data. */
  readonly out: { write(text: string): unknown };
  /** Told why it has not started yet. */
  readonly onWait: (why: string) => void;
  /** Aborted when the process is told to end, which it may be while it still waits for neighbours. */
  readonly interrupted: AbortSignal;
}

/** What the parts of a live worker are opened with. */
export interface Surroundings extends Outside {
  readonly config: Config;
  readonly options: LiveOptions;
  readonly clock: Clock;
  readonly neighbours: Neighbours;
  /** Takes what is opened, to be closed with the rest. */
  readonly opened: Opened;
}
