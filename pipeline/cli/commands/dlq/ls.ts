import { isMeant, LetterSummary, readLetters } from '../../../dead-letters/index.ts';
import { optionText, type Run } from '../../command.ts';
import { readConfig } from '../../config-file.ts';
import { exitCodes } from '../../exit-code.ts';
import { json } from '../../print.ts';
import { withCluster } from '../../real-neighbours.ts';
import { filterOf } from './options.ts';
import { groupsText } from './text.ts';

/** JSON: `{groups[]}`. */
export const run: Run = async (invocation, io) => {
  const config = await readConfig(optionText(invocation, 'config'), io);
  const isWhole = invocation.options['all'] === true;
  const { limit = Number.POSITIVE_INFINITY, ...filter } = filterOf(invocation, Date.now());
  const summary = new LetterSummary();
  await withCluster(config, (broker) =>
    readLetters(broker, { isWhole }, (letter, state) => {
      const isShown = (isWhole || state === 'open') && isMeant(letter, filter);
      if (isShown && summary.hasRoom(letter, limit)) summary.add(letter, state);
    }),
  );
  const groups = summary.groups();
  if (invocation.output === 'json') io.stdout.write(json({ groups }));
  else io.stdout.write(groups.length === 0 ? 'no dead letters\n' : groupsText(groups));
  if (groups.length > 0 && invocation.output === 'text')
    io.stderr.write('tocsin dlq show SAMPLE shows one of them\n');
  return exitCodes.done;
};
