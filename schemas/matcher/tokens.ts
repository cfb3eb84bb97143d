/** One word of a matcher list; `at` is its first character, counted in UTF-16 units from 0. */
export interface Token {
  readonly kind: 'open' | 'close' | 'comma' | 'operator' | 'word' | 'end';
  /** The text it stands for: without quotes, escapes resolved. */
  readonly text: string;
  readonly at: number;
}

/** What is wrong with a matcher list, and at which character (counted in UTF-16 units from 0). */
export interface Misread {
  readonly at: number;
  readonly problem: string;
}

export type Scanned<T> = { readonly value: T } | { readonly misread: Misread };

// Alertmanager ≥ 0.27, matcher/parse/lexer.go: everything but these may stand in a word without quotes.
const reserved = /[\s{}!=~,\\"'`]/u;

const single: Readonly<Record<string, Token['kind']>> = { '{': 'open', '}': 'close', ',': 'comma' };

/** Reads the token at or after `from`; gives it with the position behind it. */
export function scan(text: string, from: number): Scanned<{ readonly token: Token; readonly next: number }> {
  let at = from;
  while (at < text.length && /\s/u.test(text.charAt(at))) at += 1;
  const char = text.charAt(at);
  if (char === '') return { value: { token: { kind: 'end', text: '', at }, next: at } };
  const kind = single[char];
  if (kind !== undefined) return { value: { token: { kind, text: char, at }, next: at + 1 } };
  if (char === '"') return scanQuoted(text, at);
  const operator = /^(?:=~|!~|!=|=)/.exec(text.slice(at, at + 2))?.[0];
  if (operator !== undefined) {
    return { value: { token: { kind: 'operator', text: operator, at }, next: at + operator.length } };
  }
  if (reserved.test(char)) return { misread: { at, problem: strayCharacter(char) } };
  return scanWord(text, at);
}

function scanWord(text: string, at: number): Scanned<{ readonly token: Token; readonly next: number }> {
  let next = at;
  while (next < text.length && !reserved.test(text.charAt(next))) next += 1;
  return { value: { token: { kind: 'word', text: text.slice(at, next), at }, next } };
}

function scanQuoted(text: string, at: number): Scanned<{ readonly token: Token; readonly next: number }> {
  let next = at + 1;
  while (next < text.length && text.charAt(next) !== '"') next += text.charAt(next) === '\\' ? 2 : 1;
  if (next >= text.length) return { misread: { at, problem: 'this quote is never closed: add a "' } };
  const unquoted = resolveEscapes(text.slice(at + 1, next), at + 1);
  if ('misread' in unquoted) return unquoted;
  return { value: { token: { kind: 'word', text: unquoted.value, at }, next: next + 1 } };
}

function strayCharacter(char: string): string {
  if (char === '!') return '"!" stands alone: write "!=" or "!~"';
  if (char === '~') return '"~" stands alone: write "=~" or "!~"';
  return `${JSON.stringify(char)} must stand in double quotes`;
}

// Go's string escapes (strconv.Unquote), which Alertmanager uses.
const simple: Readonly<Record<string, string>> = {
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  '"': '"',
};
const coded = /^(?:x[0-9a-fA-F]{2}|[0-3][0-7]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8})/;

/** Resolves the escapes of a quoted text that begins at `start` of the whole. */
function resolveEscapes(text: string, start: number): Scanned<string> {
  if (!text.includes('\\') && !/[\n\r]/.test(text)) return { value: text };
  let value = '';
  let at = 0;
  while (at < text.length) {
    const char = text.charAt(at);
    if (char === '\n' || char === '\r') {
      return { misread: { at: start + at, problem: 'a line break in quotes must be written as \\n' } };
    }
    const bytes = char === '\\' ? escapedBytes(text, at) : null;
    if (bytes !== null) {
      const decoded = decodeUtf8(bytes.bytes);
      if (decoded === null)
        return { misread: { at: start + at, problem: 'these bytes are not valid UTF-8' } };
      value += decoded;
      at = bytes.next;
      continue;
    }
    const read = char === '\\' ? readEscape(text, at) : { value: char, next: at + 1 };
    if (read === null) return { misread: { at: start + at, problem: unknownEscape(text.charAt(at + 1)) } };
    value += read.value;
    at = read.next;
  }
  return { value };
}

function readEscape(text: string, at: number): { readonly value: string; readonly next: number } | null {
  const char = text.charAt(at + 1);
  const known = simple[char];
  if (known !== undefined) return { value: known, next: at + 2 };
  const code = coded.exec(text.slice(at + 1, at + 10))?.[0];
  if (code === undefined || !/^[uU]/.test(code)) return null;
  const point = Number.parseInt(code.slice(1), 16);
  const isSurrogate = point >= 0xd800 && point <= 0xdfff;
  if (point > 0x10ffff || isSurrogate) return null;
  return { value: String.fromCodePoint(point), next: at + 1 + code.length };
}

/** `\xf0\x9f\x99\x82` and `\360\237…` name bytes; a run of them is one piece of UTF-8. */
function escapedBytes(
  text: string,
  from: number,
): { readonly bytes: readonly number[]; readonly next: number } | null {
  const bytes: number[] = [];
  let at = from;
  for (;;) {
    const code = text.charAt(at) === '\\' ? coded.exec(text.slice(at + 1, at + 10))?.[0] : undefined;
    if (code === undefined || /^[uU]/.test(code)) break;
    bytes.push(code.startsWith('x') ? Number.parseInt(code.slice(1), 16) : Number.parseInt(code, 8));
    at += 1 + code.length;
  }
  return bytes.length === 0 ? null : { bytes, next: at };
}

function decodeUtf8(bytes: readonly number[]): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Uint8Array.from(bytes));
  } catch {
    return null;
  }
}

function unknownEscape(char: string): string {
  return `"\\${char}" is no escape; a backslash of a regular expression is written twice: "\\\\${char}"`;
}
