import type { z } from 'zod';
import type { ErrorCode } from '../../schemas/errors.ts';
import type { ConfigNode, Path } from './node.ts';
import { pathText } from './node.ts';
import { suggest } from './suggest.ts';

/** What a person reads about one issue: without place, which the caller knows. */
export interface Explanation {
  readonly code: ErrorCode;
  readonly message: string;
}

/** An issue in its place in the tree; `found` is null when nothing was written there. */
export interface PlacedIssue {
  readonly issue: z.core.$ZodIssue;
  readonly path: Path;
  readonly found: ConfigNode | null;
  /** The text that was written, or `[redacted]`. */
  readonly written: string;
}

/** Says what was found, what was expected, and what to do. */
export function explain(placed: PlacedIssue): Explanation {
  const { issue, path, found } = placed;
  const name = path.length === 0 ? 'the configuration' : `\`${pathText(path)}\``;
  if (found === null) {
    return { code: 'config.missing-value', message: `${name} is missing; it takes ${wanted(issue)}` };
  }
  const invalid = (message: string): Explanation => ({ code: 'config.invalid-value', message });
  if (issue.code === 'custom' && isZodsOwn(issue.message)) return invalid(`${name} is not valid`);
  if (issue.code === 'custom') return invalid(`${name}: ${issue.message}`);
  if (!isZodsOwn(issue.message)) return invalid(`${name}: ${issue.message}, got ${got(placed)}`);
  if (issue.code === 'invalid_key') {
    const reason = issue.issues.map((inner) => demand(inner)).join(', ');
    return invalid(`the key \`${String(path.at(-1))}\` ${reason}`);
  }
  return invalid(`${name} ${demand(issue)}, got ${got(placed)}${hint(placed)}`);
}

/** Whether the schema left the wording to zod; a message of its own says more than we could. */
function isZodsOwn(message: string): boolean {
  return /^(?:Invalid |Too small|Too big)/.test(message);
}

/** The rest of the sentence "this value …". */
function demand(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'too_small':
      return issue.origin === 'string' && issue.minimum === 1
        ? 'must not be empty'
        : `must ${verb(issue.origin)} ${issue.inclusive === false ? 'more than' : 'at least'} ${amount(issue.minimum, issue.origin)}`;
    case 'too_big':
      return `must ${verb(issue.origin)} ${issue.inclusive === false ? 'less than' : 'at most'} ${amount(issue.maximum, issue.origin)}`;
    case 'not_multiple_of':
      return `must be a multiple of ${issue.divisor}`;
    case 'invalid_format':
      if (issue.format === 'regex') return `must match ${issue.pattern}`;
      return `must be ${formats[issue.format] ?? `a valid ${issue.format}`}`;
    default:
      return `must be ${wanted(issue)}`;
  }
}

function verb(origin: string): string {
  return origin === 'string' || origin === 'array' || origin === 'record' ? 'have' : 'be';
}

function amount(count: number | bigint, origin: string): string {
  const units: Readonly<Record<string, string>> = { string: 'character', array: 'item', record: 'key' };
  const unit = units[origin];
  return unit === undefined ? String(count) : `${count} ${unit}${Number(count) === 1 ? '' : 's'}`;
}

const kinds: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'a mapping',
  record: 'a mapping',
  array: 'a list',
  tuple: 'a list',
  null: 'null',
};

const formats: Readonly<Record<string, string>> = {
  datetime: 'a time such as 2026-01-31T12:00:00Z',
  url: 'a URL',
};

/** The kind of value that the issue asks for. */
function wanted(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type') return kinds[issue.expected] ?? `a value of type ${issue.expected}`;
  if (issue.code === 'invalid_value') return oneOf(issue.values.map(String));
  if (issue.code === 'invalid_union') {
    const options = optionsOf(issue);
    if (options.length > 0) return oneOf(options);
    return [...new Set(issue.errors.flat().map(wanted))].join(' or ');
  }
  return 'another value';
}

function oneOf(values: readonly string[]): string {
  return values.length === 1
    ? `\`${values[0]}\``
    : `one of ${values.map((each) => `\`${each}\``).join(', ')}`;
}

function got({ found, written }: PlacedIssue): string {
  if (found?.kind === 'map') return 'a mapping';
  if (found?.kind === 'list') return found.items.length === 0 ? 'an empty list' : 'a list';
  if (found?.kind === 'scalar' && found.isEmpty) return 'nothing';
  return written;
}

/** What to do, where it can be guessed. */
function hint({ issue, found }: PlacedIssue): string {
  if (found?.kind !== 'scalar') return '';
  const isTextWanted = issue.code === 'invalid_type' && issue.expected === 'string';
  if (isTextWanted && (typeof found.value === 'number' || typeof found.value === 'boolean')) {
    return `; put it in quotes if the text is meant`;
  }
  const isDuration = issue.code === 'invalid_type' && issue.expected === 'number';
  if (isDuration && typeof found.value === 'string' && /^\d+(\.\d+)?\s?(ms|s|m|h|d)$/.test(found.value)) {
    return '; times are plain numbers, the unit is in the key’s name';
  }
  const allowed =
    'values' in issue && Array.isArray(issue.values) ? issue.values.map(String) : optionsOf(issue);
  const meant = typeof found.value === 'string' ? suggest(found.value, allowed) : null;
  return meant === null ? '' : `; did you mean \`${meant}\`?`;
}

/** The names of the kinds of a mapping; `undefined` among them says that one is meant without a word. */
function optionsOf(issue: z.core.$ZodIssue): readonly string[] {
  const options: readonly unknown[] = 'options' in issue && Array.isArray(issue.options) ? issue.options : [];
  return options.filter((option) => option !== undefined).map(String);
}
