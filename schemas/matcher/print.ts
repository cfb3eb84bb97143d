import type { Matcher } from '../control.ts';

/** Prints matchers so that `parseMatchers` reads the same list back; values are always quoted. */
export function printMatchers(matchers: readonly Matcher[]): string {
  return `{${matchers.map(printMatcher).join(', ')}}`;
}

export function printMatcher({ name, op, value }: Matcher): string {
  const isPlain = /^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name);
  return `${isPlain ? name : quote(name)}${op}${quote(value)}`;
}

const named: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '"': '\\"',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

function quote(text: string): string {
  const escaped = text.replace(/[\\"\p{Cc}]/gu, (char) => named[char] ?? unicode(char));
  return `"${escaped}"`;
}

function unicode(char: string): string {
  return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
