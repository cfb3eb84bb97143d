import { type Config, ConfigTree } from '../../pipeline/config/index.ts';
import { openVirtualRun } from '../../pipeline/replay/index.ts';
import type { WorkerCounts } from '../../pipeline/worker/index.ts';
import { AlertSource, type SourceOptions } from './load/alert-source.ts';
import { FinalBook } from './verify/final-book.ts';

export interface SpreadOptions extends SourceOptions {
  readonly alerts: number;
  /** Alerts come as evenly as that, in virtual time. */
  readonly everyMs: number;
  readonly rawPartitions: number;
  readonly config?: object;
}

export interface Spread {
  readonly finals: FinalBook;
  readonly counts: WorkerCounts;
}

/** The id under which an embedded registry knows the schema of raw alerts: the first one it was given. */
const rawSchema = 1;
const startAt = Date.UTC(2026, 0, 5, 6);

/**
 * A whole worker on embedded neighbours, in virtual time, until every window is closed. The records have no key and go round
 * the raw partitions: the same alerts come at the same times however many there are.
 */
export async function runSpread(options: SpreadOptions): Promise<Spread> {
  const { alerts, everyMs, rawPartitions } = options;
  const config: Config = ConfigTree.parse(options.config ?? {});
  const source = new AlertSource(options);
  const finals = new FinalBook();
  const run = await openVirtualRun(
    {
      ...{ operators: config, settings: config.worker, graphs: ['reduce', 'relate'] },
      ...{ rawPartitions, reducedPartitions: 4, tickMs: config.worker.heartbeatMs },
    },
    {
      read: ['enriched', 'suppressed'],
      onSeen: (seen) => {
        if (seen.topic === 'enriched' || seen.topic === 'suppressed') finals.add(seen.value);
      },
      onAssigned: () => {},
    },
  );
  await run.drive({ length: alerts, at: recordsOf(source, everyMs) });
  const counts = run.worker.counts();
  await run.close();
  return { finals, counts };
}

/** The driver asks for each record once or twice, in order. */
function recordsOf(source: AlertSource, everyMs: number) {
  let made = -1;
  let record = { at: startAt, value: null as Uint8Array | null };
  return (index: number) => {
    for (; made < index; made += 1) {
      const at = startAt + (made + 1) * everyMs;
      record = { at, value: source.next()(rawSchema, at) };
    }
    return record;
  };
}
