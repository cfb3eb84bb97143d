import type { NormalizeConfig } from '../../operators/normalize/index.ts';
import type { Spans } from './spans.ts';

export type CsvMapping = NormalizeConfig['mappings'][number];

/**
 * When a record (bytes [start, end) of a file) arrived: the time of its newest alert in epoch milliseconds, or null when
 * none states a time that can be true.
 */
export type ArrivalTime = (bytes: Buffer, start: number, end: number) => number | null;

/** How the records of a file are found, and when each of them arrives. */
export interface FileFormat {
  /** As `--format` takes it. */
  readonly name: string;
  /** The CSV mapping that its records must be read with; null where the records say themselves what they are. */
  readonly mapping: CsvMapping | null;
  /** Where the data records stand; a header line is none. */
  split(bytes: Buffer): Spans;
  /** Goes before each record's value: the header line, for a mapping that takes its columns from there. */
  heading(bytes: Buffer): Uint8Array | null;
  /** Makes the reader of arrival times of a file; not made for formats that are not used, since it may be costly. */
  arrivalTime(heading: Uint8Array | null): ArrivalTime;
}
