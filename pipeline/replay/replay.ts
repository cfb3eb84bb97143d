import { TocsinError } from '../../schemas/errors.ts';
import { formatOf } from './formats.ts';
import { Input } from './input.ts';
import { OutputFiles } from './output-files.ts';
import { paceOf } from './pace.ts';
import { imbalance, PlainWindow, type ReplaySummary, summarize } from './summary.ts';
import { openVirtualRun, type VirtualRunOptions } from './virtual-run.ts';

export interface ReplayOptions extends VirtualRunOptions {
  readonly files: readonly string[];
  /** One of `formatNames`. */
  readonly format: string;
  /** Folder for one NDJSON file per output topic and for the assignments; absent: nothing is written. */
  readonly out?: string;
  /** Virtual over wall time; absent: as fast as it goes. */
  readonly speed?: number;
}

/**
 * Runs files through the real pipeline in virtual time and says what became of every alert.
 *
 * @throws TocsinError `input.unreadable`; `invariant.broken` when the books do not balance
 */
export async function replay(options: ReplayOptions): Promise<ReplaySummary> {
  const startedAt = performance.now();
  const input = Input.open(options.files, (bytes, path) => formatOf(options.format, bytes, path));
  const files = options.out === undefined ? null : OutputFiles.open(options.out);
  const plain = new PlainWindow();
  const incidents = new Set<string>();
  const run = await openVirtualRun(options, {
    read: files === null ? ['incidents'] : files.topics,
    onSeen: (seen) => {
      if (seen.topic === 'incidents') incidents.add(seen.value.id);
      files?.write(seen);
    },
    onAssigned: (assigned, shard) => {
      plain.see(assigned);
      files?.assignments.alert(assigned, shard);
    },
    ...(files === null ? {} : { onDeadLetter: (record) => files.deadLetter(record) }),
    ...(options.speed === undefined ? {} : { onTick: paceOf(options.speed) }),
  });
  await run.drive(input);
  const counts = run.worker.counts();
  const decides = options.graphs.includes('relate');
  const seconds = (performance.now() - startedAt) / 1000;
  await run.close();
  const wrong = decides ? imbalance(counts) : null;
  if (wrong !== null) throw new TocsinError('invariant.broken', wrong);
  files?.finish(input, { partitions: options.rawPartitions, decides });
  const notifications = plain.notifications;
  return summarize(counts, {
    records: input.length,
    seconds,
    decides,
    notifications,
    incidents: incidents.size,
  });
}
