import type { Assigned } from '../../operators/events.ts';
import type { LogRecord } from '../../pipeline/broker/index.ts';
import { ConfigTree } from '../../pipeline/config/index.ts';
import { alertsIn, imbalance, openVirtualRun, type Seen } from '../../pipeline/replay/index.ts';
import type { WorkerCounts } from '../../pipeline/worker/index.ts';

/** A record of the raw topic; `at` is when it arrives. */
export interface Sent {
  readonly at: number;
  readonly value: Uint8Array | null;
  readonly headers?: Readonly<Record<string, Uint8Array>>;
}

export interface DeadLetter {
  /** Which of the sent records it is. */
  readonly index: number;
  readonly n: number;
  readonly code: string;
  readonly message: string;
  readonly record: LogRecord;
}

export interface Ran {
  readonly counts: WorkerCounts;
  /** Alerts that came out of normalize, dead letters included. */
  readonly alerts: number;
  /** What is wrong with the books, or null. */
  readonly imbalance: string | null;
  readonly deadLetters: readonly DeadLetter[];
  /** Alerts that were no dead letters, as `index/n`. */
  readonly entered: readonly string[];
  readonly seen: readonly Seen[];
}

const partitions = 2;

/** Sends records through the whole embedded pipeline in virtual time, until every window is closed. */
export async function runThrough(records: readonly Sent[], config: object = {}): Promise<Ran> {
  const operators = ConfigTree.parse(config);
  const seen: Seen[] = [];
  const entered: string[] = [];
  const deadLetters: DeadLetter[] = [];
  const indexOf = (shard: number, offset: number) => offset * partitions + shard;
  const run = await openVirtualRun(
    {
      operators,
      settings: operators.worker,
      graphs: ['reduce', 'relate'],
      rawPartitions: partitions,
      reducedPartitions: 1,
      tickMs: 10_000,
    },
    {
      read: ['enriched', 'suppressed'],
      onSeen: (each) => seen.push(each),
      onAssigned: ({ place }: Assigned, shard) => entered.push(`${indexOf(shard, place.offset)}/${place.n}`),
      onDeadLetter: (record) => {
        const header = (name: string) => String(Buffer.from(record.headers[name] ?? []));
        deadLetters.push({
          index: indexOf(
            Number(header('__connect.errors.partition')),
            Number(header('__connect.errors.offset')),
          ),
          n: Number(header('tocsin.alert')),
          code: header('__connect.errors.class.name'),
          message: header('__connect.errors.exception.message'),
          record,
        });
      },
    },
  );
  await run.drive({ length: records.length, at: (index) => records[index] ?? { at: 0, value: null } });
  const counts = run.worker.counts();
  await run.close();
  return { counts, alerts: alertsIn(counts), imbalance: imbalance(counts), deadLetters, entered, seen };
}
