import { existsSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Command as Commander } from 'commander';
import type { Config } from '../config/index.ts';
import type { Io } from './io.ts';
import { readRegularFile } from './read-regular-file.ts';

const defaultName = 'tocsin.yaml';

/** The option that every command which reads the configuration has. */
export function addConfigOption(commander: Commander): void {
  commander.option(
    '-c, --config <file>',
    `configuration; default: $TOCSIN_CONFIG, else ${defaultName} here, else built-in defaults`,
  );
}

/** The configuration file to use, as the user would name it, or undefined for built-in defaults. */
export function findConfigFile(given: string | undefined, io: Io): string | undefined {
  const named = given ?? io.env['TOCSIN_CONFIG'];
  if (named !== undefined && named !== '') return named;
  return existsSync(join(io.cwd, defaultName)) ? defaultName : undefined;
}

/** Loads that file. Throws a `ConfigError` with every mistake. */
export async function readConfig(given: string | undefined, io: Io): Promise<Config> {
  const { loadConfig } = await import('../config/index.ts');
  const path = findConfigFile(given, io);
  return loadConfig({
    ...(path === undefined ? {} : { path }),
    env: io.env,
    readFile: (file) => {
      const read = file === path ? readMain : readRegularFile;
      return read(resolve(io.cwd, file));
    },
  });
}

/** Far above any configuration: what is a table stands in files of its own. */
const mostBytes = 4 * 1_048_576;

/** The configuration itself may come through a pipe: `--config <(…)`. Throws for a device, which may have no end. */
function readMain(path: string): Buffer {
  const stats = statSync(path);
  if (!stats.isFIFO()) return readRegularFile(path, mostBytes);
  const bytes = readFileSync(path);
  if (bytes.length > mostBytes) throw new Error(`has ${bytes.length} bytes; at most ${mostBytes} are read`);
  return bytes;
}
