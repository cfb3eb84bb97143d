import { Spans } from './spans.ts';

const [space, quote, comma, openBracket, backslash, closeBracket, openBrace, closeBrace] = [
  32, 34, 44, 91, 92, 93, 123, 125,
];

/**
 * The JSON values of a text from `from` on, one after another; of a list, its elements. What is broken stays a value of
 * its own as far as can be told, so that somebody hears of it.
 */
export function valuesOf(bytes: Buffer, from = 0): Spans {
  const outer = valuesIn(bytes, from, bytes.length);
  const values = new Spans();
  for (let index = 0; index < outer.length; index += 1) {
    const [start, end] = [outer.start(index), outer.end(index)];
    if (bytes[start] !== openBracket) {
      values.push(start, end);
      continue;
    }
    const isClosed = end - start > 1 && bytes[end - 1] === closeBracket;
    const elements = valuesIn(bytes, start + 1, isClosed ? end - 1 : end);
    for (let inner = 0; inner < elements.length; inner += 1)
      values.push(elements.start(inner), elements.end(inner));
  }
  return values;
}

/** Values in [from, to) that white space or commas part. Brackets of both kinds count as one: a parser judges later. */
function valuesIn(bytes: Buffer, from: number, to: number): Spans {
  const values = new Spans();
  let depth = 0;
  let start = -1;
  for (let at = from; at < to; at += 1) {
    const byte = bytes[at] ?? 0;
    if (depth === 0 && (byte <= space || byte === comma)) {
      if (start >= 0) values.push(start, at);
      start = -1;
      continue;
    }
    if (start < 0) start = at;
    if (byte === quote) at = stringEnd(bytes, at + 1, to);
    else if (byte === openBracket || byte === openBrace) depth += 1;
    else if ((byte === closeBracket || byte === closeBrace) && depth > 0) {
      depth -= 1;
      if (depth > 0) continue;
      values.push(start, at + 1);
      start = -1;
    }
  }
  if (start >= 0) values.push(start, to);
  return values;
}

/** The quote that closes a string whose content begins at `start`; `to` when none does. */
function stringEnd(bytes: Buffer, start: number, to: number): number {
  for (let at = start; at < to; at += 1) {
    if (bytes[at] === backslash) at += 1;
    else if (bytes[at] === quote) return at;
  }
  return to;
}
