import { findTopics, planTopics } from '../../../provisioning/index.ts';
import { topicSettings } from '../../../topic-settings.ts';
import { optionText, type Run } from '../../command.ts';
import { readConfig } from '../../config-file.ts';
import { exitCodes } from '../../exit-code.ts';
import { json } from '../../print.ts';
import { withCluster } from '../../real-neighbours.ts';
import { differencesText, hintsText } from './text.ts';

/** JSON: `{differences[]}`. */
export const run: Run = async (invocation, io) => {
  const config = await readConfig(optionText(invocation, 'config'), io);
  const wanted = topicSettings(config.broker);
  const differences = await withCluster(config, async ({ admin }) =>
    planTopics(wanted, await findTopics(admin, wanted)),
  );
  if (invocation.output === 'json') io.stdout.write(json({ differences }));
  else if (differences.length === 0) io.stdout.write(`${wanted.length} topics are as they are to be\n`);
  else io.stdout.write(differencesText(differences));
  io.stderr.write(hintsText(differences));
  return differences.length === 0 ? exitCodes.done : exitCodes.checkedFalse;
};
