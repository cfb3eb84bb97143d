import type { Config } from '../../config/index.ts';
import { ConfigError } from '../../config/index.ts';
import type { Run } from '../command.ts';
import { optionText } from '../command.ts';
import { findConfigFile, readConfig } from '../config-file.ts';
import { exitCodes } from '../exit-code.ts';
import { json, number } from '../print.ts';

/** Text: one line on stdout, or the mistakes on stderr. JSON: `{valid, file, mistakes[]}` on stdout either way. */
export const run: Run = async (invocation, io) => {
  const given = invocation.args[0] ?? optionText(invocation, 'config');
  const file = findConfigFile(given, io) ?? null;
  try {
    const config = await readConfig(given, io);
    io.stdout.write(
      invocation.output === 'json' ? json({ valid: true, file, mistakes: [] }) : validText(file, config),
    );
    return exitCodes.done;
  } catch (error) {
    if (!(error instanceof ConfigError) || invocation.output === 'text') throw error;
    io.stdout.write(json({ valid: false, file, mistakes: error.mistakes }));
    return exitCodes.configInvalid;
  }
};

function validText(file: string | null, config: Config): string {
  if (file === null) return 'no configuration file: the built-in defaults are valid\n';
  const { tables } = config.enrich;
  const rows = tables.reduce((sum, table) => sum + table.rows.length, 0);
  const note = tables.length === 0 ? '' : ` (${counted(tables.length, 'table')}, ${counted(rows, 'row')})`;
  return `${file} is valid${note}\n`;
}

function counted(count: number, noun: string): string {
  return `${number(count)} ${noun}${count === 1 ? '' : 's'}`;
}
