import { optionText, type Run } from '../../command.ts';
import { readConfig } from '../../config-file.ts';
import { exitCodes } from '../../exit-code.ts';
import { json } from '../../print.ts';
import { withDatabase } from '../../real-neighbours.ts';

/** JSON: `{database, pending[]}`. */
export const run: Run = async (invocation, io) => {
  const config = await readConfig(optionText(invocation, 'config'), io);
  const { database } = config.warehouse;
  const pending = await withDatabase(config, io, (warehouse) => warehouse.pending());
  if (invocation.output === 'json') io.stdout.write(json({ database, pending }));
  else if (pending.length === 0) io.stdout.write(`${database} has the tables of this version\n`);
  else io.stdout.write(`${database} lacks ${pending.join(', ')}\n`);
  return pending.length === 0 ? exitCodes.done : exitCodes.checkedFalse;
};
