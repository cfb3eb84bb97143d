import type { RecordError } from '../../schemas/errors.ts';
import { isObject, mendText, quote } from './text.ts';

export type Parsed = { readonly document: unknown } | { readonly error: RecordError };

/** Escaped halves of surrogate pairs are legal JSON that UTF-8 cannot hold. Rare, so the text is asked first. */
const escapedSurrogate = /\\u[dD][89a-fA-F]/;

/**
 * One JSON document; of keys that occur twice the last one counts, as JSON.parse has it. Nesting is checked on the text,
 * since what walks a parsed document later uses the stack.
 */
export function parseJson(text: string, maxDepth: number): Parsed {
  if (isTooDeep(text, maxDepth)) {
    return { error: { code: 'record.too-large', detail: `nested deeper than ${maxDepth} levels` } };
  }
  try {
    const document: unknown = JSON.parse(text);
    return { document: escapedSurrogate.test(text) ? mend(document) : document };
  } catch {
    // The message of JSON.parse differs between versions of Node; a replay must not.
    const detail = `${text.length} characters that begin with ${quote(text.trimStart())} cannot be parsed`;
    return { error: { code: 'record.invalid-json', detail } };
  }
}

function mend(value: unknown): unknown {
  if (typeof value === 'string') return mendText(value);
  if (Array.isArray(value)) return value.map(mend);
  if (!isObject(value)) return value;
  // fromEntries defines own properties, also for `__proto__`.
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [mendText(key), mend(inner)]));
}

function isTooDeep(text: string, maxDepth: number): boolean {
  // Most documents have fewer brackets than levels allowed; counting them is ten times as fast as a scan.
  if (!hasMoreThan(text, '{', maxDepth / 2) && !hasMoreThan(text, '[', maxDepth / 2)) return false;
  return deepest(text, maxDepth) > maxDepth;
}

function hasMoreThan(text: string, char: string, limit: number): boolean {
  let found = 0;
  for (let at = text.indexOf(char); at !== -1; at = text.indexOf(char, at + 1)) {
    found += 1;
    if (found > limit) return true;
  }
  return false;
}

const [quoteCode, backslash, openBrace, openBracket, closeBrace, closeBracket] = [34, 92, 123, 91, 125, 93];

/** Deepest nesting outside of strings; stops as soon as `enough` is passed. */
function deepest(text: string, enough: number): number {
  let depth = 0;
  let most = 0;
  let isInString = false;
  for (let i = 0; i < text.length && most <= enough; i += 1) {
    most = Math.max(most, depth);
    const code = text.charCodeAt(i);
    if (isInString) {
      if (code === backslash) i += 1;
      else if (code === quoteCode) isInString = false;
    } else if (code === quoteCode) isInString = true;
    else if (code === openBrace || code === openBracket) depth += 1;
    else if (code === closeBrace || code === closeBracket) depth -= 1;
  }
  return Math.max(most, depth);
}

/**
 * The lines of newline-separated documents, or null when the text is not such. It is when its first or its last line is
 * a document by itself; a document that was printed over several lines never is, so one that is broken stays one.
 */
export function splitNdjson(text: string, maxDepth: number): readonly string[] | null {
  if (!text.includes('\n')) return null;
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const isDocument = (line: string | undefined): boolean => {
    if (line === undefined || !/^\s*[{[]/.test(line)) return false;
    return 'document' in parseJson(line, maxDepth);
  };
  return lines.length > 1 && (isDocument(lines[0]) || isDocument(lines.at(-1))) ? lines : null;
}
