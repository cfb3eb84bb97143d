import type { z } from 'zod';
import { codeFrame } from './frame.ts';
import { masksInText, masksOf } from './masks.ts';
import type { Finding, Mistake } from './mistake.ts';
import { ConfigError, inReadingOrder } from './mistake.ts';
import type { ConfigNode } from './node.ts';
import { parseYaml } from './parse-yaml.ts';
import type { ReadFile } from './read-text.ts';
import { ReadError, readText } from './read-text.ts';
import { resolveReferences } from './references.ts';
import { stampLocations } from './rule-locations.ts';
import type { Source, Span } from './source.ts';
import { positionOf, spanOf } from './source.ts';
import type { TableFile } from './table-files.ts';
import { beside, loadTableFiles } from './table-files.ts';
import type { Config } from './tree.ts';
import { ConfigTree, tableFiles } from './tree.ts';
import { validate } from './validate.ts';

export interface ConfigInput {
  /** The file, as errors name it; files that it mentions are looked for beside it. Absent: nothing but defaults. */
  readonly path?: string;
  /** The text itself, when it did not come from `path`. */
  readonly text?: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly readFile: ReadFile;
}

/**
 * Reads, resolves and checks a configuration. Throws a `ConfigError` (exit code 78) that names every mistake with its
 * file, line and column.
 *
 * @example loadConfig({ path: 'tocsin.yaml', env: process.env, readFile: readFileSync }).dedupe.remindEveryMs
 */
export function loadConfig(input: ConfigInput): Config {
  return loadConfigAs({ schema: ConfigTree, tableFiles }, input);
}

export interface ConfigShape<S extends z.ZodType> {
  readonly schema: S;
  readonly tableFiles: readonly TableFile[];
}

/** The same for any schema. */
export function loadConfigAs<S extends z.ZodType>(shape: ConfigShape<S>, input: ConfigInput): z.output<S> {
  const { path = null } = input;
  const openBeside = (file: string): Source => open(input.readFile, beside(path, file));
  const source = openMain(input);
  const parsed = parseYaml(source);
  const empty: ConfigNode = { kind: 'map', span: spanOf(source, 0, 0), entries: [] };
  if (!parsed.isWhole) {
    fail(source, parsed.findings, [...masksInText(source), ...masksOf(shape.schema, parsed.root ?? empty)]);
  }
  const surroundings = { env: input.env, readText: (file: string) => openBeside(file).text };
  const resolved = resolveReferences(parsed.root ?? empty, surroundings);
  const masks = masksOf(shape.schema, resolved.root);
  const tables = loadTableFiles(resolved.root, shape.tableFiles, openBeside);
  const checked = validate(shape.schema, stampLocations(tables.root, shape.schema), masks);
  const findings = [parsed, resolved, tables, checked].flatMap((step) => step.findings);
  if (checked.config === null || findings.length > 0) fail(source, findings, masks);
  return checked.config;
}

function openMain({ path, text, readFile }: ConfigInput): Source {
  if (text !== undefined) return { name: path ?? 'tocsin.yaml', text };
  if (path === undefined) return { name: 'tocsin.yaml', text: '' };
  try {
    return open(readFile, path);
  } catch (error) {
    if (!(error instanceof ReadError)) throw error;
    const code = 'config.unreadable';
    throw new ConfigError([{ code, message: error.message, file: path, line: 1, column: 1, frame: '' }]);
  }
}

function open(readFile: ReadFile, path: string): Source {
  return { name: path, text: readText(readFile, path) };
}

function fail(main: Source, findings: readonly Finding[], masks: readonly Span[]): never {
  const ordered = inReadingOrder(main, findings);
  throw new ConfigError(
    ordered.slice(0, mostTold).map((finding) => told(finding, masks)),
    ordered.length,
  );
}

/** More mistakes than anybody reads: the file is of another kind. */
const mostTold = 30;

function told({ code, message, span }: Finding, masks: readonly Span[]): Mistake {
  const { line, column } = positionOf(span);
  return { code, message, file: span.source.name, line, column, frame: codeFrame(span, masks) };
}
