import type { Command as Commander } from 'commander';
import type { Io } from './io.ts';

/** What the user wrote behind the command's name, after commander has checked it. */
export interface Invocation {
  readonly args: readonly string[];
  /** Long option names in camelCase. `output` is always there. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly output: 'text' | 'json';
}

export type Run = (invocation: Invocation, io: Io) => Promise<number>;

/** A command as the command line knows it. This part is loaded at every start, so it imports nothing heavy. */
export interface Command {
  /** One word, or two for a command in a group: `config check`. */
  readonly name: string;
  /** One line without a full stop. */
  readonly summary: string;
  /** Whole command lines, shown by --help. */
  readonly examples: readonly string[];
  /** States arguments and options; `-o` and `--debug` are added to every command. */
  configure(commander: Commander): void;
  /** Imports what the command needs; `run` returns the exit code. */
  load(): Promise<{ readonly run: Run }>;
}

/** The text of an option, or undefined when it was not given. */
export function optionText(invocation: Invocation, name: string): string | undefined {
  const value = invocation.options[name];
  return typeof value === 'string' ? value : undefined;
}
