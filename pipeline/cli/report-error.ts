import { catalogue, TocsinError } from '../../schemas/errors.ts';
import { exitCodes } from './exit-code.ts';
import type { Io } from './io.ts';
import { paintFor } from './print.ts';

export interface Reporting {
  readonly io: Io;
  readonly isDebug: boolean;
  /** The command that ran, as it is called; '' for none. */
  readonly command: string;
}

/** Tells on stderr what went wrong and what to do; returns the exit code. */
export function reportError(error: unknown, { io, isDebug, command }: Reporting): number {
  if (isClosedPipe(error)) return exitCodes.done;
  const paint = paintFor(io.stderr, io.env);
  const stack = isDebug && error instanceof Error ? `${error.stack}\n` : '';
  if (error instanceof TocsinError) {
    io.stderr.write(`${paint.red('error:')} ${told(error, command)}\n${stack}`);
    return error.exitCode;
  }
  const message = error instanceof Error ? error.message : String(error);
  const ask = isDebug
    ? 'please report it with the lines below (CONTRIBUTING.md says where)'
    : 'please run it again with --debug and report what it prints (CONTRIBUTING.md says where)';
  io.stderr.write(`${paint.red('unexpected error:')} ${message}\nThis is a bug in Tocsin: ${ask}.\n${stack}`);
  return exitCodes.bug;
}

/** A configuration error tells itself, frame by frame; its class lives behind an import that is not worth the start-up time. */
function told(error: TocsinError, command: string): string {
  if ('report' in error && typeof error.report === 'string')
    return `${catalogue[error.code].what}\n\n${error.report}`;
  const { what, expected, todo: general } = catalogue[error.code];
  const todo =
    error.code === 'usage.invalid' ? `see ${['tocsin', command].join(' ').trim()} --help` : general;
  return `${what}: ${error.detail}\n  expected: ${expected}\n  to do:    ${todo}\n  code:     ${error.code}`;
}

function isClosedPipe(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EPIPE';
}
