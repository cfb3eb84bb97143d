import { readFileSync } from 'node:fs';
import { Command as Commander, CommanderError, Option } from 'commander';
import type { Command, Invocation } from './command.ts';
import { commands, groups } from './commands/list.ts';
import { exitCodes } from './exit-code.ts';
import type { Io } from './io.ts';
import { processIo } from './io.ts';
import { reportError } from './report-error.ts';

/** Runs the command line of this process and leaves the exit code behind. Called by the launcher. */
export async function main(): Promise<void> {
  const io = processIo();
  const argv = process.argv.slice(2);
  process.on('uncaughtException', (error) =>
    process.exit(reportError(error, { io, isDebug: isDebug(argv, io), command: '' })),
  );
  // No process.exit here: what was written to a pipe must still arrive.
  process.exitCode = await run(argv, io);
}

/** Runs one command line (without node and script) and returns its exit code; never rejects. */
export async function run(
  argv: readonly string[],
  io: Io,
  known: readonly Command[] = commands,
): Promise<number> {
  let exitCode: number = exitCodes.done;
  let running = '';
  const program = programFor(io);
  for (const command of known) {
    register(program, command, async (invocation) => {
      running = command.name;
      const { run: perform } = await command.load();
      exitCode = await perform(invocation, io);
    });
  }
  try {
    await program.parseAsync(argv, { from: 'user' });
    return exitCode;
  } catch (error) {
    // commander has already written its message, or the help that was asked for.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
    return reportError(error, { io, isDebug: isDebug(argv, io), command: running });
  }
}

function isDebug(argv: readonly string[], io: Io): boolean {
  return argv.includes('--debug') || Boolean(io.env['TOCSIN_DEBUG']);
}

function programFor(io: Io): Commander {
  return new Commander('tocsin')
    .description('Turns alert storms into incidents.')
    .version(version(), '-V, --version')
    .helpCommand('help [command]', 'show the help of a command')
    .showHelpAfterError('Run the same command with --help to see what it takes.')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      getOutHelpWidth: () => io.stdout.columns,
      getErrHelpWidth: () => io.stderr.columns,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    });
}

function register(
  program: Commander,
  command: Command,
  perform: (invocation: Invocation) => Promise<void>,
): void {
  const words = command.name.split(' ');
  const parent = words.length === 1 ? program : groupOf(program, words[0] ?? '');
  const leaf = parent.command(words.at(-1) ?? '').summary(command.summary);
  leaf.description(`${command.summary}.`).copyInheritedSettings(parent);
  command.configure(leaf);
  leaf
    .addOption(new Option('-o, --output <format>', 'what to print').choices(['text', 'json']).default('text'))
    .option('--debug', 'show where an unexpected error came from')
    .addHelpText('after', examplesText(command.examples))
    .action(() => {
      const options: Readonly<Record<string, unknown>> = leaf.opts();
      const output = options['output'] === 'json' ? 'json' : 'text';
      return perform({ args: leaf.args, options, output });
    });
}

function groupOf(program: Commander, name: string): Commander {
  const existing = program.commands.find((each) => each.name() === name);
  if (existing !== undefined) return existing;
  return program
    .command(name)
    .copyInheritedSettings(program)
    .description(groups[name] ?? '');
}

function examplesText(examples: readonly string[]): string {
  if (examples.length === 0) return '';
  return `\nExamples:\n${examples.map((example) => `  $ ${example}`).join('\n')}`;
}

function version(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  const hasVersion = typeof manifest === 'object' && manifest !== null && 'version' in manifest;
  return hasVersion ? String(manifest.version) : 'unknown';
}
