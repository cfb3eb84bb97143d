import { configJsonSchema } from '../../config/index.ts';
import type { Run } from '../command.ts';
import { exitCodes } from '../exit-code.ts';
import { json } from '../print.ts';

/** A JSON Schema is JSON in either output format. */
export const run: Run = async (_invocation, io) => {
  io.stdout.write(json(configJsonSchema()));
  return exitCodes.done;
};
