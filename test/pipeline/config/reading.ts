import type { z } from 'zod';
import { type Config, ConfigError, loadConfig } from '../../../pipeline/config/index.ts';
import { loadConfigAs } from '../../../pipeline/config/load.ts';

export interface Case {
  readonly text: string;
  /** Files beside `tocsin.yaml`, by name. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  readonly env?: Readonly<Record<string, string>>;
}

export function inputOf({ text, files = {}, env = {} }: Case) {
  return { path: 'tocsin.yaml', text, env, readFile: readerOf(files) };
}

export function readerOf(files: Readonly<Record<string, string | Uint8Array>>) {
  return (path: string): string | Uint8Array => {
    const content = files[path];
    if (content === undefined) throw Object.assign(new Error(`ENOENT: ${path}`), { code: 'ENOENT' });
    return content;
  };
}

export function load(given: Case): Config {
  return loadConfig(inputOf(given));
}

/** The mistakes, or none when the configuration is valid. */
export function mistakesOf(given: Case) {
  return errorOf(() => load(given))?.mistakes ?? [];
}

/** Everything that is told, frames and all. */
export function reportOf(given: Case): string {
  return errorOf(() => load(given))?.report ?? '';
}

export function errorOf(act: () => unknown): ConfigError | null {
  try {
    act();
    return null;
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
}

/** Loads against a schema of the test's own. */
export function loadAs<S extends z.ZodType>(schema: S, given: Case): z.output<S> {
  return loadConfigAs({ schema, tableFiles: [] }, inputOf(given));
}
