import { describe, expect, test } from 'vitest';
import type { Command, Run } from '../../../pipeline/cli/command.ts';
import { commands } from '../../../pipeline/cli/commands/list.ts';
import { TocsinError } from '../../../schemas/errors.ts';
import { call } from './calling.ts';

/** A command that does nothing but `run`. */
function commandThat(run: Run): Command {
  return {
    name: 'try',
    summary: 'Try something',
    examples: ['tocsin try it'],
    configure: (commander) => {
      commander.argument('[what...]').option('--loud', 'shout');
    },
    load: async () => ({ run }),
  };
}

const tryOut = (run: Run, argv: readonly string[] = [], more: object = {}) =>
  call(['try', ...argv], { commands: [commandThat(run)], ...more });

describe('what is not understood is exit code 64, on stderr alone', () => {
  test.each<[string, string[], string]>([
    ['an unknown command', ['confg'], 'Did you mean config?'],
    ['an unknown command of a group', ['config', 'chek'], 'Did you mean check?'],
    ['an unknown option', ['config', 'show', '--confg', 'x'], 'Did you mean --config?'],
    [
      'an output format that does not exist',
      ['config', 'show', '-o', 'xml'],
      'Allowed choices are text, json.',
    ],
    ['an option without its value', ['config', 'show', '--config'], 'argument missing'],
    ['one argument too many', ['config', 'check', 'a', 'b'], 'too many arguments'],
    ['no command at all', [], 'Usage: tocsin'],
    ['a group without its command', ['config'], 'Usage: tocsin config'],
  ])('%s', async (_name, argv, words) => {
    const { exitCode, stdout, stderr } = await call(argv);
    expect({ exitCode, stdout }).toEqual({ exitCode: 64, stdout: '' });
    expect(stderr).toContain(words);
  });
});

describe('help is what was asked for, so it goes to stdout', () => {
  test.each([[['--help']], [['-h']], [['help']], [['config', '--help']], [['help', 'config']]])(
    '%j',
    async (argv) => {
      const { exitCode, stdout, stderr } = await call(argv);
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
      expect(stdout).toContain('Usage: tocsin');
    },
  );

  test.each(commands.map((command) => [command.name, command] as const))(
    '%s has a summary, examples and the common options',
    async (name, command) => {
      const { stdout } = await call([...name.split(' '), '--help']);
      expect(command.examples.length).toBeGreaterThan(0);
      for (const words of [
        command.summary.split(' ')[0] ?? '',
        '-o, --output <format>',
        '--debug',
        ...command.examples,
      ]) {
        expect(stdout).toContain(words);
      }
    },
  );

  test.each(
    commands.flatMap((command) => command.examples.map((example) => [example, command.name] as const)),
  )('the example `%s` calls %s', (example, name) => {
    expect(
      example
        .split(' ')
        .slice(0, 1 + name.split(' ').length)
        .join(' '),
    ).toBe(`tocsin ${name}`);
  });

  test('--version prints the version of package.json', async () => {
    const { exitCode, stdout } = await call(['--version']);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe('a command', () => {
  test('gets its arguments and options', async () => {
    const seen: unknown[] = [];
    await tryOut(
      async (invocation) => {
        seen.push(invocation);
        return 0;
      },
      ['a', 'b', '--loud', '-o', 'json'],
    );
    expect(seen).toEqual([{ args: ['a', 'b'], options: { loud: true, output: 'json' }, output: 'json' }]);
  });

  test('decides the exit code when it returns', async () => {
    expect(await tryOut(async () => 1)).toEqual({ exitCode: 1, stdout: '', stderr: '' });
  });

  test('keeps data and talk apart', async () => {
    const called = await tryOut(async (_invocation, io) => {
      io.stderr.write('working\n');
      io.stdout.write('42\n');
      return 0;
    });
    expect(called).toEqual({ exitCode: 0, stdout: '42\n', stderr: 'working\n' });
  });

  test('is not loaded for the help of another', async () => {
    const heavy: Command = { ...commandThat(async () => 0), load: () => Promise.reject(new Error('loaded')) };
    expect((await call(['--help'], { commands: [heavy] })).exitCode).toBe(0);
  });
});

describe('an error that a command throws', () => {
  const failWith = (error: unknown) => async () => {
    throw error;
  };

  test('of the catalogue says what happened, what was expected and what to do', async () => {
    const called = await tryOut(failWith(new TocsinError('broker.unavailable', 'localhost:9092')));
    expect(called).toEqual({
      exitCode: 69,
      stdout: '',
      stderr:
        'error: the broker does not answer: localhost:9092\n  expected: a reachable broker\n  to do:    check the addresses and the network\n  code:     broker.unavailable\n',
    });
  });

  test.each([
    ['usage.invalid', 64],
    ['input.unreadable', 64],
    ['warehouse.unavailable', 69],
    ['invariant.broken', 70],
    ['config.invalid', 78],
  ] as const)('with the code %s is exit code %i', async (code, exitCode) => {
    expect((await tryOut(failWith(new TocsinError(code, 'x')))).exitCode).toBe(exitCode);
  });

  test.each([
    [['dlq', 'retry', '--code', 'record.none'], 'tocsin dlq retry --help'],
    [['dlq', 'show', 'there'], 'tocsin dlq show --help'],
    [['run', '--listen', 'nowhere'], 'tocsin run --help'],
  ])('because of the command line %j names the help of its command', async (argv, help) => {
    const { exitCode, stderr } = await call(argv);
    expect(exitCode).toBe(64);
    expect(stderr).toContain(`  to do:    see ${help}\n`);
  });

  test('that nobody expected is exit code 70, short, and says how to report it', async () => {
    const called = await tryOut(failWith(new RangeError('out of luck')));
    expect(called.exitCode).toBe(70);
    expect(called.stderr).toBe(
      'unexpected error: out of luck\nThis is a bug in Tocsin: please run it again with --debug and report what it prints (CONTRIBUTING.md says where).\n',
    );
  });

  test.each<[string, string[], Record<string, string>]>([
    ['--debug', ['--debug'], {}],
    ['TOCSIN_DEBUG', [], { TOCSIN_DEBUG: '1' }],
  ])('shows its stack with %s', async (_name, argv, env) => {
    const { stderr } = await tryOut(failWith(new RangeError('out of luck')), argv, { env });
    expect(stderr).toContain('RangeError: out of luck\n    at ');
  });

  test('that is no Error is told as text', async () => {
    const { exitCode, stderr } = await tryOut(failWith('just a text'));
    expect(exitCode).toBe(70);
    expect(stderr).toContain('unexpected error: just a text\n');
  });

  test('because the reader of a pipe has gone is none', async () => {
    const called = await tryOut(failWith(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' })));
    expect(called).toEqual({ exitCode: 0, stdout: '', stderr: '' });
  });

  test.each<[string, boolean, Record<string, string>, boolean]>([
    ['in colour on a terminal', true, {}, true],
    ['without colour into a file', false, {}, false],
    ['without colour when NO_COLOR is set', true, { NO_COLOR: '1' }, false],
    ['without colour on a dumb terminal', true, { TERM: 'dumb' }, false],
  ])('is told %s', async (_name, isTTY, env, isColoured) => {
    const { stderr } = await tryOut(failWith(new Error('x')), [], { isTTY, env });
    expect(stderr.startsWith('\u001b[31m')).toBe(isColoured);
  });
});
