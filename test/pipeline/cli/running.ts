import { PassThrough } from 'node:stream';
import { onTestFinished } from 'vitest';
import type { Io } from '../../../pipeline/cli/io.ts';
import { run } from '../../../pipeline/cli/main.ts';
import { folderWith } from './calling.ts';

type Document = Readonly<Record<string, unknown>>;

/** `tocsin run` in this process, while it runs. */
export interface Running {
  readonly stdin: PassThrough;
  /** NDJSON on stdout, and log lines on stderr, so far. */
  readonly printed: readonly Document[];
  readonly logged: readonly Document[];
  /** Resolves with what `find` gives once it gives something; asked again after everything that is written. */
  until<T>(find: () => T | undefined): Promise<T>;
  /** The address that the log names, once alerts are taken there. */
  url(): Promise<string>;
  /** What Ctrl-C does; resolves with the exit code. */
  interrupt(): Promise<number>;
  readonly ended: Promise<number>;
}

/** Runs in a folder of its own, whose `tocsin.yaml` is `config`. */
export function running(argv: readonly string[], config = ''): Running {
  const [printed, logged]: [Document[], Document[]] = [[], []];
  const waiters = new Set<() => void>();
  const into = (documents: Document[]) => ({
    write: (text: string) => {
      for (const line of text.split('\n')) if (line !== '') documents.push(documentIn(line));
      for (const look of [...waiters]) look();
    },
    isTTY: false,
    columns: 80,
  });
  const interruption = new AbortController();
  const stdin = new PassThrough();
  const io: Io = {
    ...{ stdin, env: {}, stdout: into(printed), stderr: into(logged) },
    cwd: folderWith({ 'tocsin.yaml': config }),
    interrupted: interruption.signal,
    abandon: () => {},
  };
  const ended = run(['run', ...argv], io);
  const until = async <T>(find: () => T | undefined): Promise<T> => {
    const found = await Promise.race([foundBy(find, waiters), ended.then(find)]);
    if (found === undefined) throw new Error(`it ended before: ${JSON.stringify(logged.at(-1))}`);
    return found;
  };
  const interrupt = () => {
    interruption.abort();
    return ended;
  };
  onTestFinished(async () => void (await interrupt()));
  return {
    ...{ stdin, printed, logged, until, interrupt, ended },
    url: async () => {
      await until(() => logged.find(({ code }) => code === 'started'));
      return String(logged.find(({ code }) => code === 'listening')?.['url']);
    },
  };
}

/** What is no JSON is kept as the text that it is: an error for people. */
function documentIn(line: string): Document {
  return line.startsWith('{') ? JSON.parse(line) : { text: line };
}

function foundBy<T>(find: () => T | undefined, waiters: Set<() => void>): Promise<T> {
  return new Promise((resolve) => {
    const look = () => {
      const found = find();
      if (found === undefined) return;
      waiters.delete(look);
      resolve(found);
    };
    waiters.add(look);
    look();
  });
}
