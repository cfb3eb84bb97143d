import type { Entries } from './entry.ts';

/** What a command, its files and its address can get wrong, and what only a bug can. */
export const commandsErrors = {
  'usage.invalid': {
    kind: 'promise',
    what: 'the command line is not understood',
    expected: 'the arguments that --help lists',
    todo: 'see tocsin --help',
    exitCode: 64,
  },
  'input.unreadable': {
    kind: 'promise',
    what: 'an input file cannot be read',
    expected: 'an existing, readable file, plain or gzip',
    todo: 'check path, permissions and that the archive is complete',
    exitCode: 64,
  },
  'input.unknown-format': {
    kind: 'promise',
    what: 'the format of an input file is not recognized',
    expected:
      'JSON (one document per line, or a list), or CSV whose header line is that of AIT-ADS or of a mapping',
    todo: 'name it with --format, or describe its columns in normalize.mappings (format: csv)',
    exitCode: 64,
  },
  'input.empty': {
    kind: 'promise',
    what: 'the input holds no record',
    expected: 'at least one alert in one of the files',
    todo: 'check that these are the files you mean',
    exitCode: 64,
  },
  'output.unwritable': {
    kind: 'promise',
    what: 'the results cannot be written',
    expected: 'a folder that can be made and written to, with room in it',
    todo: 'check the path given with --out, its permissions and the disk',
    exitCode: 64,
  },
  'api.cannot-listen': {
    kind: 'promise',
    what: 'the API cannot listen on its address',
    expected: 'a free port on an address of this machine',
    todo: 'stop what listens there, or choose another with --listen',
    exitCode: 69,
  },
  'api.not-taking': {
    kind: 'neighbour',
    what: 'the worker takes no alerts at this moment',
    expected: 'a worker that has started, and a log that keeps up',
    todo: 'send it again a moment later',
    exitCode: 69,
  },
  'invariant.broken': {
    kind: 'promise',
    what: 'an invariant does not hold',
    expected: 'never to see this',
    todo: 'report it with the message and the input that caused it',
    exitCode: 70,
  },
} as const satisfies Entries;
