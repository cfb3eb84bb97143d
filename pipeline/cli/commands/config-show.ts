import { describeConfig, effectiveConfig } from '../../config/index.ts';
import type { Run } from '../command.ts';
import { optionText } from '../command.ts';
import { readConfig } from '../config-file.ts';
import { exitCodes } from '../exit-code.ts';
import { json } from '../print.ts';

export const run: Run = async (invocation, io) => {
  const config = await readConfig(invocation.args[0] ?? optionText(invocation, 'config'), io);
  io.stdout.write(invocation.output === 'json' ? json(effectiveConfig(config)) : describeConfig(config));
  return exitCodes.done;
};
