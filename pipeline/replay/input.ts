import type { FileFormat } from './formats.ts';
import { readFile } from './read-file.ts';

/** One record of an input file. `record` counts data records from 0; a header line is not one. */
export interface InputRecord {
  readonly file: string;
  readonly record: number;
  /** Arrival time: event time of its newest alert, or that of the record before it when it states none. */
  readonly at: number;
  readonly value: Uint8Array;
}

/** What a driver of virtual time needs to know of its input: records in the order of their arrival. */
export interface Arrivals {
  readonly length: number;
  at(
    index: number,
  ): Pick<InputRecord, 'at' | 'value'> & { readonly headers?: Readonly<Record<string, Uint8Array>> };
}

interface OpenedFile {
  readonly path: string;
  readonly bytes: Buffer;
  readonly starts: readonly number[];
  readonly ends: readonly number[];
  readonly times: Float64Array;
  readonly format: FileFormat;
}

/**
 * All records of all files in the order of their times, equal times in the order of the files and of the records in
 * them. Real files are not sorted (some are two exports one after the other), so each is indexed whole before the
 * first record goes out; unpacked files are held in memory until then.
 */
export class Input implements Arrivals {
  readonly #files: readonly OpenedFile[];
  /** Record numbers over all files, in the order of time. */
  readonly #order: readonly number[];
  readonly #firstOf: readonly number[];

  private constructor(files: readonly OpenedFile[]) {
    this.#files = files;
    let total = 0;
    this.#firstOf = files.map(({ starts }) => {
      const first = total;
      total += starts.length;
      return first;
    });
    this.#order = orderByTime(files, total);
  }

  /** @throws TocsinError `input.unreadable` for a file that cannot be read or has no format we know. */
  static open(paths: readonly string[], format: (bytes: Buffer, path: string) => FileFormat): Input {
    return new Input(paths.map((path) => openFile(path, format)));
  }

  get length(): number {
    return this.#order.length;
  }

  /** Formats found, by file. */
  get formats(): readonly { readonly path: string; readonly format: string; readonly records: number }[] {
    return this.#files.map(({ path, format, starts }) => ({
      path,
      format: format.name,
      records: starts.length,
    }));
  }

  /** Place of the `index`-th record in the order of time among all records as the files hold them. */
  numberOf(index: number): number {
    return this.#order[index] ?? 0;
  }

  /** The `index`-th record in the order of time. */
  at(index: number): InputRecord {
    const number = this.#order[index] ?? 0;
    let fileNumber = this.#files.length - 1;
    while (fileNumber > 0 && (this.#firstOf[fileNumber] ?? 0) > number) fileNumber -= 1;
    const file = this.#files[fileNumber];
    if (file === undefined) throw new RangeError(`no record ${index} in an input of ${this.length}`);
    const record = number - (this.#firstOf[fileNumber] ?? 0);
    return {
      file: file.path,
      record,
      at: file.times[record] ?? 0,
      value: file.bytes.subarray(file.starts[record], file.ends[record]),
    };
  }
}

function openFile(path: string, choose: (bytes: Buffer, path: string) => FileFormat): OpenedFile {
  const bytes = readFile(path);
  const format = choose(bytes, path);
  const { starts, ends } = format.split(bytes);
  const times = new Float64Array(starts.length);
  let previous = 0;
  for (let record = 0; record < starts.length; record += 1) {
    const stated = format.timeOf(bytes, starts[record] ?? 0, ends[record] ?? 0);
    previous = stated ?? previous;
    times[record] = previous;
  }
  return { path, bytes, starts, ends, times, format };
}

/** TimSort: files are a few sorted runs each, which it merges in linear time; it is stable. */
function orderByTime(files: readonly OpenedFile[], total: number): readonly number[] {
  const times = new Float64Array(total);
  let first = 0;
  for (const file of files) {
    times.set(file.times, first);
    first += file.times.length;
  }
  const order = Array.from({ length: total }, (_, number) => number);
  return order.sort((a, b) => (times[a] ?? 0) - (times[b] ?? 0));
}
