import { registerSchemas, wantedSchemas } from '../../../provisioning/index.ts';
import { optionText, type Run } from '../../command.ts';
import { readConfig } from '../../config-file.ts';
import { withRegistry } from '../../real-neighbours.ts';
import { tellSubjects } from './tell-subjects.ts';

/** JSON: `{subjects[]}` as they are afterwards. */
export const run: Run = async (invocation, io) => {
  const config = await readConfig(optionText(invocation, 'config'), io);
  const states = await withRegistry(config, true, (registry) => registerSchemas(registry, wantedSchemas));
  return tellSubjects(states, invocation, io);
};
