import type { Command } from '../../command.ts';
import { addConfigOption } from '../../config-file.ts';

export const schemasCheck: Command = {
  name: 'schemas check',
  summary:
    'Say of each subject whether its schema is registered or could be; exit code 1 unless all are registered',
  examples: ['tocsin schemas check --config tocsin.yaml', 'tocsin schemas check -o json'],
  configure: addConfigOption,
  load: () => import('./check.ts'),
};

export const schemasRegister: Command = {
  name: 'schemas register',
  summary: 'Register the schemas of this version, all of them or, when one is incompatible, none',
  examples: ['tocsin schemas register --config tocsin.yaml'],
  configure: addConfigOption,
  load: () => import('./register.ts'),
};
