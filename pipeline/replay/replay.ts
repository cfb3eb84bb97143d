import { TocsinError } from '../../schemas/errors.ts';
import { rulesFor } from './csv-format.ts';
import { formatChooser } from './formats.ts';
import { Input, type InputFile } from './input.ts';
import { LargestIncidents, type ShownIncident } from './largest-incidents.ts';
import { OutputFiles } from './output-files.ts';
import { readTopics } from './output-reader.ts';
import { type Refused, RefusedAlerts } from './refused-alerts.ts';
import { imbalance, PlainWindow, type ReplaySummary, summarize } from './summary.ts';
import { type Observers, openVirtualRun, type VirtualRun, type VirtualRunOptions } from './virtual-run.ts';

export interface ReplayOptions extends VirtualRunOptions {
  readonly files: readonly InputFile[];
  /** `auto`, or a format by its name. */
  readonly format: string;
  /** Folder for one NDJSON file per output topic and for the assignments; absent: nothing is written. */
  readonly out?: string;
  /** Called before the clock moves to a tick; may wait (pacing). False ends the replay there. */
  readonly onTick?: (tick: number, progress: ReplayProgress) => Promise<boolean>;
  /** Told in one sentence what the user should know of the input. */
  readonly say: (line: string) => void;
}

/** What a replay of files ends with. */
export interface FilesSummary extends ReplaySummary {
  /** Of the incidents that were published those of the most alerts. */
  readonly largest: readonly ShownIncident[];
  /** What of the files could not be used, by why. */
  readonly refused: readonly Refused[];
}

export interface ReplayProgress {
  /** Records put in so far, and all of them. */
  readonly fed: number;
  readonly records: number;
}

/**
 * Runs files through the real pipeline in virtual time and says what became of every alert; null when `onTick` ended it
 * early, since nothing can be said then.
 *
 * @throws TocsinError `input.*`, `output.unwritable`, `usage.invalid` for an unknown format, `invariant.broken` when the
 *   books do not balance
 */
export async function replay(options: ReplayOptions): Promise<FilesSummary | null> {
  const startedAt = performance.now();
  const { rawPartitions: partitions } = options;
  const input = openInput(options);
  const files = options.out === undefined ? null : OutputFiles.open(options.out, partitions);
  try {
    const summary = await runThrough(input, files, options);
    return summary?.((performance.now() - startedAt) / 1_000) ?? null;
  } finally {
    files?.close();
  }
}

function openInput({ files, format, operators, say }: ReplayOptions): Input {
  const input = Input.open(files, formatChooser(format, operators.normalize));
  for (const { name, records, hasTimes } of input.files) {
    if (records === 0) say(`${name} holds no record`);
    else if (!hasTimes)
      say(`${name} states no time that can be used: its records come at the first time known`);
  }
  if (input.length === 0) throw new TocsinError('input.empty', files.map(({ name }) => name).join(', '));
  return input;
}

/** Everything but the time it took, which is known only when this has returned. */
async function runThrough(
  input: Input,
  files: OutputFiles | null,
  options: ReplayOptions,
): Promise<((seconds: number) => FilesSummary) | null> {
  const plain = new PlainWindow();
  const incidents = new LargestIncidents();
  const refused = new RefusedAlerts(input, options.rawPartitions);
  const normalize = rulesFor(
    options.operators.normalize,
    input.files.map(({ format }) => format),
  );
  const observers = observersOf({ plain, incidents, refused, files, input }, options);
  const run = await openVirtualRun({ ...options, operators: { ...options.operators, normalize } }, observers);
  const isWhole = await run.drive(input).catch((error: unknown) => closeAfter(run, error));
  const counts = run.worker.counts();
  await run.close();
  if (!isWhole) return null;
  const decides = options.graphs.includes('relate');
  const wrong = decides ? imbalance(counts) : null;
  if (wrong !== null) throw new TocsinError('invariant.broken', wrong);
  if (decides) files?.writeAssignments(input);
  const measured = { decides, records: input.length, notifications: plain.notifications };
  return (seconds) => ({
    ...summarize(counts, { ...measured, seconds, incidents: incidents.count }),
    largest: incidents.list(),
    refused: refused.list(),
  });
}

/** What broke the run is what the user must hear of, whatever closing it says. */
async function closeAfter(run: VirtualRun, error: unknown): Promise<never> {
  await run.close().catch(() => undefined);
  throw error;
}

interface Onlookers {
  readonly plain: PlainWindow;
  readonly incidents: LargestIncidents;
  readonly refused: RefusedAlerts;
  readonly files: OutputFiles | null;
  readonly input: Input;
}

function observersOf(
  { plain, incidents, refused, files, input }: Onlookers,
  { onTick }: ReplayOptions,
): Observers {
  return {
    read: files === null ? ['incidents'] : readTopics,
    onSeen: (seen) => {
      if (seen.topic === 'incidents') incidents.see(seen.value);
      files?.see(seen);
    },
    onAssigned: (assigned, shard) => {
      plain.see(assigned);
      files?.assigned(assigned, shard);
    },
    onDeadLetter: (record) => {
      refused.see(record);
      files?.deadLetter(record);
    },
    ...(onTick === undefined ? {} : { onTick: (tick, fed) => onTick(tick, { fed, records: input.length }) }),
  };
}
