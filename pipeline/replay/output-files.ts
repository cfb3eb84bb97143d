import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { toJson } from '../../schemas/json/index.ts';
import { topics } from '../../schemas/topics.ts';
import type { LogRecord } from '../broker/index.ts';
import { AssignmentLog } from './assignments.ts';
import type { Input } from './input.ts';
import { type ReadTopic, readTopics, type Seen } from './output-reader.ts';

const bufferBytes = 1 << 16;

/** A text file that is written in large pieces. */
class LineFile {
  readonly #descriptor: number;
  #pending: string[] = [];
  #pendingBytes = 0;

  constructor(path: string) {
    this.#descriptor = openSync(path, 'w');
  }

  write(line: string): void {
    this.#pending.push(line);
    this.#pendingBytes += line.length + 1;
    if (this.#pendingBytes >= bufferBytes) this.#flush();
  }

  close(): void {
    this.#flush();
    closeSync(this.#descriptor);
  }

  #flush(): void {
    if (this.#pending.length > 0) writeSync(this.#descriptor, `${this.#pending.join('\n')}\n`);
    this.#pending = [];
    this.#pendingBytes = 0;
  }
}

/** `<topic>.ndjson` for each output topic and `assignments.ndjson`, in one folder. */
export class OutputFiles {
  readonly assignments = new AssignmentLog();
  readonly topics = readTopics;
  readonly #folder: string;
  readonly #files: Readonly<Record<ReadTopic, LineFile>>;

  static open(folder: string): OutputFiles {
    mkdirSync(folder, { recursive: true });
    return new OutputFiles(folder);
  }

  private constructor(folder: string) {
    this.#folder = folder;
    const files = readTopics.map((topic) => [
      topic,
      new LineFile(join(folder, `${topics[topic].name}.ndjson`)),
    ]);
    // One entry per name of `readTopics`, which is the type's list.
    this.#files = Object.fromEntries(files) as Record<ReadTopic, LineFile>;
  }

  write(seen: Seen): void {
    this.#files[seen.topic].write(toJson(seen.topic, seen.value));
    if (seen.topic === 'decisions') this.assignments.decision(seen.value);
    if (seen.topic === 'enriched' || seen.topic === 'suppressed') this.assignments.telling(seen.value);
  }

  deadLetter({ headers }: LogRecord): void {
    const header = (name: string) => Buffer.from(headers[name] ?? []).toString();
    const place = { offset: Number(header('__connect.errors.offset')), n: Number(header('tocsin.alert')) };
    const shard = Number(header('__connect.errors.partition'));
    this.assignments.deadLetter(shard, place, header('__connect.errors.class.name'));
  }

  /** Writes the assignments (when somebody decided) and closes all files. */
  finish(input: Input, run: { readonly partitions: number; readonly decides: boolean }): void {
    if (run.decides) {
      const file = new LineFile(join(this.#folder, 'assignments.ndjson'));
      // The driver puts record `rank` at offset ⌊rank / partitions⌋ of partition rank mod partitions.
      const position = (shard: number, offset: number) => {
        const rank = offset * run.partitions + shard;
        const { file: from, record } = input.at(rank);
        return { file: from, record, rank: input.numberOf(rank) };
      };
      for (const assignment of this.assignments.assignments(position)) file.write(JSON.stringify(assignment));
      file.close();
    }
    for (const file of Object.values(this.#files)) file.close();
  }
}
