import { findLetter } from '../../../dead-letters/index.ts';
import { optionText, type Run } from '../../command.ts';
import { readConfig } from '../../config-file.ts';
import { exitCodes } from '../../exit-code.ts';
import { json } from '../../print.ts';
import { withCluster } from '../../real-neighbours.ts';
import { letterPlaceOf } from './options.ts';
import { letterJson, letterText } from './show-text.ts';

/** JSON: the letter, its headers as text and its bytes in base64. */
export const run: Run = async (invocation, io) => {
  const [text = ''] = invocation.args;
  const place = letterPlaceOf(text);
  const config = await readConfig(optionText(invocation, 'config'), io);
  const found = await withCluster(config, (broker) => findLetter(broker, place));
  if (found === null) {
    io.stderr.write(`there is no dead letter ${text}, or none any more\n`);
    return exitCodes.checkedFalse;
  }
  io.stdout.write(invocation.output === 'json' ? json(letterJson(found)) : letterText(found));
  return exitCodes.done;
};
