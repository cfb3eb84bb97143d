import type { Command } from '../command.ts';
import { addConfigOption } from '../config-file.ts';

/** All mistakes at once: exit code 78 when there is one. */
export const configCheck: Command = {
  name: 'config check',
  summary: 'Check a configuration and the files it names, and list every mistake',
  examples: ['tocsin config check', 'tocsin config check deploy/example/tocsin.yaml -o json'],
  configure(commander) {
    commander.argument('[file]', 'the same as --config');
    addConfigOption(commander);
  },
  load: () => import('./config-check.ts'),
};

export const configShow: Command = {
  name: 'config show',
  summary: 'Show the effective configuration: defaults filled in, secrets redacted',
  examples: ['tocsin config show', 'tocsin config show --config tocsin.yaml -o json'],
  configure(commander) {
    commander.argument('[file]', 'the same as --config');
    addConfigOption(commander);
  },
  load: () => import('./config-show.ts'),
};

export const configSchema: Command = {
  name: 'config schema',
  summary: 'Print the JSON Schema of the configuration, for editors',
  examples: ['tocsin config schema > tocsin.schema.json'],
  configure() {},
  load: () => import('./config-schema.ts'),
};
