import { type Applied, applyTopics } from '../../../provisioning/index.ts';
import { topicSettings } from '../../../topic-settings.ts';
import { optionText, type Run } from '../../command.ts';
import { readConfig } from '../../config-file.ts';
import { exitCodes } from '../../exit-code.ts';
import { json } from '../../print.ts';
import { withCluster } from '../../real-neighbours.ts';
import { differencesText, hintsText } from './text.ts';

/** JSON: `{done[], left[]}`. */
export const run: Run = async (invocation, io) => {
  const config = await readConfig(optionText(invocation, 'config'), io);
  const growsRaw = invocation.options['growRaw'] === true;
  const applied = await withCluster(config, ({ admin }) =>
    applyTopics(admin, topicSettings(config.broker), { growsRaw }),
  );
  io.stdout.write(invocation.output === 'json' ? json(applied) : appliedText(applied));
  io.stderr.write(hintsText(applied.left));
  return applied.left.length === 0 ? exitCodes.done : exitCodes.checkedFalse;
};

function appliedText({ done, left }: Applied): string {
  const told = done.length === 0 ? 'nothing to do\n' : `done:\n${differencesText(done)}`;
  return left.length === 0 ? told : `${told}\nleft to decide:\n${differencesText(left)}`;
}
