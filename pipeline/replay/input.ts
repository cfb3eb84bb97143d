import { withHeading } from './arrival-time.ts';
import { formatHeader } from './csv-format.ts';
import type { FileFormat } from './file-format.ts';
import type { ChooseFormat } from './formats.ts';
import { readFile } from './read-file.ts';
import type { Spans } from './spans.ts';
import { orderByTime } from './time-order.ts';

/** What a driver of virtual time needs to know of its input: records in the order of their arrival. */
export interface Arrivals {
  readonly length: number;
  at(index: number): Arrival;
}

export interface Arrival {
  /** Epoch milliseconds; never less than that of the record before. */
  readonly at: number;
  readonly value: Uint8Array | null;
  readonly headers?: Readonly<Record<string, Uint8Array>>;
}

/** Where a record stands. `record` counts the data records of its file from 0; a header line is not one. */
export interface InputPlace {
  readonly file: string;
  readonly record: number;
}

/** A file as the user named it, and where that is. */
export interface InputFile {
  readonly name: string;
  readonly path: string;
}

interface OpenedFile {
  readonly name: string;
  readonly bytes: Buffer;
  readonly format: FileFormat;
  readonly heading: Uint8Array | null;
  readonly spans: Spans;
  readonly times: Float64Array;
  readonly hasTimes: boolean;
  /** Number of its first record among all. */
  first: number;
}

/** Where nobody states any time: the earliest one that normalize takes for true. */
const timeless = Date.UTC(2000, 0);

/**
 * All records of all files in the order of their times, equal times in the order of the files and of the records in
 * them. Real files are not sorted (some are two exports one after the other), so all are read before the first record
 * goes out. Held in memory: the unpacked files and some 30 bytes per record.
 */
export class Input implements Arrivals {
  readonly #files: readonly OpenedFile[];
  readonly #times: Float64Array;
  /** Numbers of the records over all files, in the order of time. */
  readonly #order: Uint32Array;
  readonly #areNamed: boolean;

  private constructor(files: readonly OpenedFile[]) {
    this.#files = files;
    this.#times = joinTimes(files);
    this.#order = orderByTime(this.#times);
    this.#areNamed = new Set(files.flatMap(({ format }) => (format.mapping ? [format.name] : []))).size > 1;
  }

  /** @throws TocsinError `input.unreadable` or `input.unknown-format` */
  static open(files: readonly InputFile[], choose: ChooseFormat): Input {
    return new Input(files.map((file) => openFile(file, choose)));
  }

  get length(): number {
    return this.#order.length;
  }

  /** What was found in each file. */
  get files(): readonly {
    readonly name: string;
    readonly format: FileFormat;
    readonly records: number;
    /** Whether any of its records states a time. */
    readonly hasTimes: boolean;
  }[] {
    return this.#files.map(({ name, format, spans, hasTimes }) => ({
      name,
      format,
      hasTimes,
      records: spans.length,
    }));
  }

  /** The `index`-th record in the order of time. */
  at(index: number): Arrival {
    const { file, record, number } = this.#find(index);
    const { spans, heading, bytes, format } = file;
    const value = withHeading(heading, bytes.subarray(spans.start(record), spans.end(record)));
    const at = this.#times[number] ?? 0;
    if (!this.#areNamed || format.mapping === null) return { at, value };
    return { at, value, headers: { [formatHeader]: Buffer.from(format.name) } };
  }

  /** Where the `index`-th record in the order of time stands. */
  placeOf(index: number): InputPlace {
    const { file, record } = this.#find(index);
    return { file: file.name, record };
  }

  /** Indexes in the order of time, in the order in which the files hold the records. */
  inFileOrder(): Uint32Array {
    const indexes = new Uint32Array(this.#order.length);
    for (let index = 0; index < indexes.length; index += 1) indexes[this.#order[index] ?? 0] = index;
    return indexes;
  }

  #find(index: number): { readonly file: OpenedFile; readonly record: number; readonly number: number } {
    const number = this.#order[index] ?? 0;
    const file = this.#files.findLast(({ first }) => first <= number);
    if (file === undefined || index >= this.length)
      throw new RangeError(`no record ${index} in an input of ${this.length}`);
    return { file, record: number - file.first, number };
  }
}

function openFile({ name, path }: InputFile, choose: ChooseFormat): OpenedFile {
  const bytes = readFile(path, name);
  const format = choose(bytes, name);
  const spans = format.split(bytes);
  const heading = format.heading(bytes);
  const timeOf = format.arrivalTime(heading);
  const times = new Float64Array(spans.length);
  let known = Number.NaN;
  for (let record = 0; record < times.length; record += 1) {
    // A record that states no usable time came with the one before it.
    known = timeOf(bytes, spans.start(record), spans.end(record)) ?? known;
    times[record] = known;
  }
  const hasTimes = !Number.isNaN(known);
  return { name, bytes, format, heading, spans, times, hasTimes, first: 0 };
}

/** Gives the records that come before any stated time one: that of the first record behind them that states one. */
function joinTimes(files: readonly OpenedFile[]): Float64Array {
  const joined = new Float64Array(files.reduce((sum, { times }) => sum + times.length, 0));
  let first = 0;
  for (const file of files) {
    file.first = first;
    joined.set(file.times, first);
    first += file.times.length;
  }
  let next = files.find(({ hasTimes }) => hasTimes)?.times.find((time) => !Number.isNaN(time)) ?? timeless;
  for (let number = joined.length - 1; number >= 0; number -= 1) {
    const time = joined[number] ?? Number.NaN;
    if (Number.isNaN(time)) joined[number] = next;
    else next = time;
  }
  return joined;
}
