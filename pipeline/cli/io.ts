/** One of the two output streams. */
export interface Out {
  write(text: string): unknown;
  readonly isTTY: boolean;
  /** Width of the terminal in characters; 80 when it is not one. */
  readonly columns: number;
}

/** Everything a command may touch of the process it runs in, so that a test can run it with its own. */
export interface Io {
  /** Data: what the user asked for, and nothing else. */
  readonly stdout: Out;
  /** Talk: progress, warnings, errors. */
  readonly stderr: Out;
  readonly stdin: NodeJS.ReadableStream & {
    readonly isTTY?: boolean;
    setRawMode?(isRaw: boolean): unknown;
    destroy?(): unknown;
  };
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /**
   * The process is over in a moment, even if something still keeps it busy that could not be closed; what was written
   * before has the time to arrive.
   */
  readonly abandon: () => void;
  /** Aborted by the first SIGINT, SIGTERM or SIGHUP: finish what is in hand and return. The second one ends the process. */
  readonly interrupted: AbortSignal;
}

const defaultColumns = 80;
const abandonMs = 500;
/** `npx` and `timeout` pass on a signal that the terminal has sent to all of them already: that is one, not two. */
const echoMs = 500;

/** The streams, environment and signals of this process. Installs signal handlers: call it once. */
export function processIo(): Io {
  return {
    stdout: outOf(process.stdout),
    stderr: outOf(process.stderr),
    stdin: process.stdin,
    env: process.env,
    cwd: process.cwd(),
    interrupted: interruption(),
    abandon: () => void setTimeout(() => process.exit(), abandonMs).unref(),
  };
}

function outOf(stream: NodeJS.WriteStream): Out {
  // `tocsin … | head` closes the pipe: the reader has all it wanted, which is no failure.
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
  return {
    write: (text) => stream.write(text),
    get isTTY() {
      return stream.isTTY === true;
    },
    get columns() {
      return stream.columns ?? defaultColumns;
    },
  };
}

function interruption(): AbortSignal {
  const controller = new AbortController();
  const codes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
  let firstAt = 0;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      const now = performance.now();
      if (!controller.signal.aborted) firstAt = now;
      else if (now - firstAt > echoMs) process.exit(codes[signal]);
      controller.abort(signal);
    });
  }
  return controller.signal;
}
