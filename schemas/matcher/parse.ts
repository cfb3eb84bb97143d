import type { Matcher } from '../control.ts';
import { checkMatcher } from './compile.ts';
import { type Misread, type Scanned, scan, type Token } from './tokens.ts';

export type ParsedMatchers =
  | { readonly ok: true; readonly matchers: readonly Matcher[] }
  | { readonly ok: false; readonly problem: string };

const operators: readonly Matcher['op'][] = ['=', '!=', '=~', '!~'];

/**
 * Reads a list of matchers in the syntax of Alertmanager ≥ 0.27: `{a="b", c=~"x|y"}`, with or without braces, quotes
 * optional around names and values that hold none of the characters space `{ } ! = ~ , \ " '` and backtick. An empty list
 * is legal here. The problem of a bad list names the character, counted from 1.
 */
export function parseMatchers(text: string): ParsedMatchers {
  const list = readList(text);
  if ('misread' in list) return { ok: false, problem: describe(text, list.misread) };
  return { ok: true, matchers: list.value };
}

function describe(text: string, { at, problem }: Misread): string {
  const character = [...text.slice(0, at)].length + 1;
  return `character ${character} of ${JSON.stringify(text)}: ${problem}`;
}

interface Cursor {
  readonly text: string;
  token: Token;
  next: number;
}

/** Moves to the next token; null when there is one, else what is wrong there. */
function advance(cursor: Cursor): Misread | null {
  const scanned = scan(cursor.text, cursor.next);
  if ('misread' in scanned) return scanned.misread;
  cursor.token = scanned.value.token;
  cursor.next = scanned.value.next;
  return null;
}

function readList(text: string): Scanned<readonly Matcher[]> {
  const cursor: Cursor = { text, token: { kind: 'end', text: '', at: 0 }, next: 0 };
  let misread = advance(cursor);
  const isBraced = misread === null && cursor.token.kind === 'open';
  if (isBraced) misread = advance(cursor);
  if (misread !== null) return { misread };
  const matchers: Matcher[] = [];
  while (cursor.token.kind !== 'end' && cursor.token.kind !== 'close') {
    const read = readMatcher(cursor);
    if ('misread' in read) return read;
    matchers.push(read.value);
    misread = endMatcher(cursor);
    if (misread !== null) return { misread };
  }
  misread = endList(cursor, isBraced);
  return misread === null ? { value: matchers } : { misread };
}

function readMatcher(cursor: Cursor): Scanned<Matcher> {
  const name = cursor.token;
  if (name.kind !== 'word') return { misread: unexpected(name, 'a label name') };
  if (name.text === '') return { misread: { at: name.at, problem: 'a label name must not be empty' } };
  let misread = advance(cursor);
  if (misread !== null) return { misread };
  const op = operators.find((known) => cursor.token.kind === 'operator' && known === cursor.token.text);
  if (op === undefined) return { misread: unexpected(cursor.token, 'one of = != =~ !~') };
  misread = advance(cursor);
  if (misread !== null) return { misread };
  const value = cursor.token;
  if (value.kind !== 'word') return { misread: unexpected(value, 'a value (quote it if it is empty)') };
  const matcher: Matcher = { name: name.text, op, value: value.text };
  const problem = checkMatcher(matcher);
  if (problem !== null) return { misread: { at: value.at, problem } };
  misread = advance(cursor);
  return misread === null ? { value: matcher } : { misread };
}

/** Behind a matcher stands a comma or the end; one comma may close the list. */
function endMatcher(cursor: Cursor): Misread | null {
  if (cursor.token.kind === 'comma') return advance(cursor);
  if (cursor.token.kind === 'end' || cursor.token.kind === 'close') return null;
  return unexpected(cursor.token, 'a comma or the end (a value with special characters needs quotes)');
}

function endList(cursor: Cursor, isBraced: boolean): Misread | null {
  const at = cursor.token.at;
  if (cursor.token.kind === 'end') {
    return isBraced ? { at, problem: 'the opening brace is never closed: add a }' } : null;
  }
  if (!isBraced) return { at, problem: 'a closing brace without an opening one' };
  return advance(cursor) ?? expectEnd(cursor.token);
}

function expectEnd(token: Token): Misread | null {
  return token.kind === 'end' ? null : unexpected(token, 'nothing more');
}

function unexpected(token: Token, wanted: string): Misread {
  const found = token.kind === 'end' ? 'the text ends here' : `found ${JSON.stringify(token.text)}`;
  return { at: token.at, problem: `expected ${wanted}, ${found}` };
}
