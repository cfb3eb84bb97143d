import { optionText, type Run } from '../../command.ts';
import { readConfig } from '../../config-file.ts';
import { exitCodes } from '../../exit-code.ts';
import { json } from '../../print.ts';
import { withDatabase } from '../../real-neighbours.ts';

/** JSON: `{database, taken[]}`. */
export const run: Run = async (invocation, io) => {
  const config = await readConfig(optionText(invocation, 'config'), io);
  const { database } = config.warehouse;
  const taken = await withDatabase(config, io, (warehouse) => warehouse.migrate());
  if (invocation.output === 'json') io.stdout.write(json({ database, taken }));
  else if (taken.length === 0) io.stdout.write(`${database} had the tables of this version\n`);
  else io.stdout.write(`${database} has taken ${taken.join(', ')}\n`);
  return exitCodes.done;
};
