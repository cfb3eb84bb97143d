import type { Head } from '../alert.ts';
import type { Matcher } from '../control.ts';
import { checkRegex } from '../regex.ts';

/** What matchers look at: the labels, and the alert's own fields as if they were labels. */
export interface Matchable extends Pick<Head, 'tenant' | 'source' | 'name' | 'severity' | 'labels'> {
  readonly service: string;
}

export type Predicate = (alert: Matchable) => boolean;

const fields: Readonly<Record<string, (alert: Matchable) => string>> = {
  alertname: (alert) => alert.name,
  name: (alert) => alert.name,
  severity: (alert) => alert.severity,
  source: (alert) => alert.source,
  tenant: (alert) => alert.tenant,
  service: (alert) => alert.service,
};

/** Names that can be matched without being labels. */
export const fieldNames: readonly string[] = Object.keys(fields);

/**
 * The value of a label, or of the alert's field of that name (`alertname` and `name`, `severity`, `source`, `tenant`,
 * `service`). A real, non-empty label wins over the field; '' when there is neither, since Alertmanager does not tell
 * an empty label from a missing one.
 */
export function readLabel(alert: Matchable, name: string): string {
  if (Object.hasOwn(alert.labels, name)) {
    const label = alert.labels[name];
    if (label !== undefined && label !== '') return label;
  }
  return Object.hasOwn(fields, name) ? (fields[name]?.(alert) ?? '') : '';
}

/** null when the matcher can be used, else what is wrong with it. */
export function checkMatcher(matcher: Matcher): string | null {
  if (matcher.name === '') return 'a label name must not be empty';
  if (matcher.op === '=' || matcher.op === '!=') return null;
  const { pattern, flags } = readFlags(matcher.value);
  return checkRegex(pattern) ?? (toRegExp(pattern, flags) === null ? 'not a regular expression' : null);
}

/**
 * Compiles matchers to one test that is true when all of them match; null when one cannot be used (`checkMatcher` says
 * why). No matchers match everything.
 */
export function compileMatchers(matchers: readonly Matcher[]): Predicate | null {
  const tests: Predicate[] = [];
  for (const matcher of matchers) {
    const test = compileMatcher(matcher);
    if (test === null) return null;
    tests.push(test);
  }
  return (alert) => tests.every((test) => test(alert));
}

function compileMatcher(matcher: Matcher): Predicate | null {
  if (checkMatcher(matcher) !== null) return null;
  const { name, op, value } = matcher;
  if (op === '=') return (alert) => readLabel(alert, name) === value;
  if (op === '!=') return (alert) => readLabel(alert, name) !== value;
  const { pattern, flags } = readFlags(value);
  const regex = toRegExp(`^(?:${pattern})$`, flags);
  if (regex === null) return null;
  return op === '=~'
    ? (alert) => regex.test(readLabel(alert, name))
    : (alert) => !regex.test(readLabel(alert, name));
}

/** RE2 patterns often begin with flags, as in `(?i)disk.*`; JavaScript knows them only beside the pattern. */
function readFlags(value: string): { readonly pattern: string; readonly flags: string } {
  const found = /^\(\?([ims]+)\)/.exec(value);
  const flags = [...new Set(found?.[1] ?? '')].join('');
  return { pattern: value.slice(found?.[0].length ?? 0), flags };
}

/** With code points where the pattern allows it, so that `.` is one character; RE2 escapes that `u` refuses go without. */
function toRegExp(pattern: string, flags: string): RegExp | null {
  for (const mode of ['u', '']) {
    try {
      return new RegExp(pattern, flags + mode);
    } catch {
      // The next mode, or null.
    }
  }
  return null;
}

/**
 * The values a matcher accepts when they can be listed (`a="b"`, `a=~"b|c"` without special characters); null when they
 * cannot, or when a missing label is among them. This is what an index over matchers can be keyed by.
 */
export function listedValues({ op, value }: Matcher): readonly string[] | null {
  if (value === '') return null;
  if (op === '=') return [value];
  if (op !== '=~' || /[\\^$.*+?()[\]{}]/.test(value)) return null;
  const values = value.split('|');
  return values.includes('') ? null : [...new Set(values)];
}

/**
 * What each value that a pattern accepts begins with, as far as the pattern says it in plain characters: `disk-` of
 * `disk-[0-9]+.*`. '' for other operators, for alternatives, and where it begins with something else.
 */
export function literalPrefix({ op, value }: Matcher): string {
  if (op !== '=~' || value.includes('|')) return '';
  const plain = /^[^\\^$.*+?()[\]{}]*/.exec(value)?.[0] ?? '';
  // What follows may say that the last of them can be left out, or comes several times; a half of a pair is no character.
  const isLoose = /[*?{]/.test(value.charAt(plain.length));
  return isLoose ? [...plain].slice(0, -1).join('') : plain;
}

/**
 * True when the matchers can match an alert that has none of the named labels: Alertmanager refuses such silences, since
 * they would silence everything.
 */
export function matchesNothingNamed(matchers: readonly Matcher[]): boolean {
  const bare: Matchable = { tenant: '', source: '', name: '', severity: 'unknown', labels: {}, service: '' };
  // `severity` is never empty, so it is asked without its field.
  const unnamed = matchers.map((matcher) =>
    matcher.name === 'severity' ? { ...matcher, name: '\u0000' } : matcher,
  );
  return compileMatchers(unnamed)?.(bare) ?? false;
}
