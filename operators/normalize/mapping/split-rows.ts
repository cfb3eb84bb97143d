import type { RecordError } from '../../../schemas/errors.ts';

/** The values of a line in the order of its columns, or why it has none. */
export type Row = readonly string[] | RecordError;

/** Lines that hold more than line ends. */
export function splitLines(text: string): readonly string[] {
  if (!text.includes('\n')) return isBlank(text) ? [] : [withoutReturn(text)];
  return text
    .split('\n')
    .map(withoutReturn)
    .filter((line) => !isBlank(line));
}

const withoutReturn = (line: string): string => (line.endsWith('\r') ? line.slice(0, -1) : line);
const isBlank = (line: string): boolean => line === '' || line === '\r';

/**
 * Splits a line of which one column may hold bare delimiters: the columns before it are found from the left, those after
 * it from the right. Quotes are characters like any other.
 */
export function splitFlexibly(
  line: string,
  {
    delimiter,
    before,
    after,
  }: { readonly delimiter: string; readonly before: number; readonly after: number },
): Row {
  const values: string[] = new Array(before + 1 + after);
  let start = 0;
  for (let i = 0; i < before; i += 1) {
    const end = line.indexOf(delimiter, start);
    if (end === -1) return tooFew(i + 1, before + 1 + after);
    values[i] = line.slice(start, end);
    start = end + 1;
  }
  let end = line.length;
  for (let i = before + after; i > before; i -= 1) {
    const found = end > start ? line.lastIndexOf(delimiter, end - 1) : -1;
    if (found < start) return tooFew(before + 1 + (before + after - i), before + 1 + after);
    values[i] = line.slice(found + 1, end);
    end = found;
  }
  values[before] = line.slice(start, end);
  return values;
}

function tooFew(found: number, expected: number): RecordError {
  return { code: 'record.invalid-field', detail: `a line with ${found} columns instead of ${expected}` };
}

/**
 * Splits CSV by RFC 4180: a value in quotes may hold delimiters, line ends and doubled quotes. A quote inside of a bare
 * value is taken as it is. Line ends may be `\n` or `\r\n`; empty lines are skipped.
 */
export function splitQuoted(text: string, delimiter: string): readonly Row[] {
  if (!text.includes('"')) return splitLines(text).map((line) => line.split(delimiter));
  const rows: Row[] = [];
  let values: string[] = [];
  let at = 0;
  while (at < text.length) {
    const read = text[at] === '"' ? readQuoted(text, at, delimiter) : readBare(text, at, delimiter);
    if (read === null) {
      const detail = 'a quote that is opened but never closed';
      return [...rows, { code: 'record.invalid-field', detail }];
    }
    values.push(read.value);
    at = read.next;
    if (text[at] === delimiter) {
      at += 1;
      // A delimiter at the very end is followed by one more, empty value.
      if (at < text.length) continue;
      values.push('');
    }
    // Here stands a line end (its `\r` was taken off the value) or nothing.
    at += 1;
    if (values.length > 1 || values[0] !== '') rows.push(values);
    values = [];
  }
  return rows;
}

interface Value {
  readonly value: string;
  readonly next: number;
}

/** Ends at a delimiter or a line end. */
function readBare(text: string, start: number, delimiter: string): Value {
  let next = start;
  while (next < text.length && text[next] !== delimiter && text[next] !== '\n') next += 1;
  return { value: withoutReturn(text.slice(start, next)), next };
}

/** What stands between the closing quote and the next delimiter belongs to the value. null: never closed. */
function readQuoted(text: string, start: number, delimiter: string): Value | null {
  let value = '';
  let from = start + 1;
  for (;;) {
    const end = text.indexOf('"', from);
    if (end === -1) return null;
    value += text.slice(from, end);
    if (text[end + 1] !== '"') {
      const rest = readBare(text, end + 1, delimiter);
      return { value: value + rest.value, next: rest.next };
    }
    value += '"';
    from = end + 2;
  }
}
