import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { TocsinError } from '../../schemas/errors.ts';
import { toJson } from '../../schemas/json/index.ts';
import { topics } from '../../schemas/topics.ts';
import type { LogRecord } from '../broker/index.ts';
import { AssignmentLog } from './assignments.ts';
import type { Input } from './input.ts';
import { LineFile } from './line-file.ts';
import { type ReadTopic, readTopics, type Seen } from './output-reader.ts';

const assignmentsName = 'assignments.ndjson';

/** `<topic>.ndjson` for each output topic and `assignments.ndjson`, in one folder. */
export class OutputFiles {
  readonly #assignments: AssignmentLog;
  readonly #folder: string;
  readonly #files: Readonly<Record<ReadTopic, LineFile>>;

  /**
   * Makes the folder and empties the files of an earlier run.
   *
   * @param partitions raw partitions that the input is spread over
   * @throws TocsinError `output.unwritable`
   */
  static open(folder: string, partitions: number): OutputFiles {
    return writing(folder, () => new OutputFiles(folder, partitions));
  }

  private constructor(folder: string, partitions: number) {
    makeFolder(resolve(folder));
    // One of another run would be taken for that of this one, should this one not write any.
    rmSync(join(folder, assignmentsName), { force: true });
    this.#folder = folder;
    this.#assignments = new AssignmentLog(partitions);
    const files = readTopics.map((topic) => [
      topic,
      new LineFile(join(folder, `${topics[topic].name}.ndjson`)),
    ]);
    // One entry per name of `readTopics`, which is the type's list.
    this.#files = Object.fromEntries(files) as Record<ReadTopic, LineFile>;
  }

  get assigned(): AssignmentLog['alert'] {
    return (assigned, shard) => this.#assignments.alert(assigned, shard);
  }

  see(seen: Seen): void {
    writing(this.#folder, () => this.#files[seen.topic].write(toJson(seen.topic, seen.value)));
    if (seen.topic === 'decisions') this.#assignments.decision(seen.value);
    if (seen.topic === 'enriched' || seen.topic === 'suppressed') this.#assignments.telling(seen.value);
  }

  /** A record of the dead-letter topic; its headers say where it came from. */
  deadLetter({ headers }: LogRecord): void {
    const header = (name: string) => Buffer.from(headers[name] ?? []).toString();
    const place = { offset: Number(header('__connect.errors.offset')), n: Number(header('tocsin.alert')) };
    const shard = Number(header('__connect.errors.partition'));
    this.#assignments.deadLetter(shard, place, header('__connect.errors.class.name'));
  }

  /** Call it when every window is closed. */
  writeAssignments(input: Input): void {
    writing(this.#folder, () => {
      const file = new LineFile(join(this.#folder, assignmentsName));
      try {
        for (const line of this.#assignments.lines(input)) file.write(line);
      } finally {
        file.close();
      }
    });
  }

  close(): void {
    writing(this.#folder, () => {
      for (const file of Object.values(this.#files)) file.close();
    });
  }
}

function writing<T>(folder: string, write: () => T): T {
  try {
    return write();
  } catch (error) {
    if (error instanceof Error && 'syscall' in error)
      throw new TocsinError('output.unwritable', `${folder}: ${error.message}`, { cause: error });
    throw error;
  }
}

/** With those above it. Node's own, told to be recursive, never ends where a folder is there and takes none (`/proc`). */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  const above = dirname(folder);
  if (above !== folder) makeFolder(above);
  mkdirSync(folder);
}
