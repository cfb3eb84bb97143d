import { lineEnd, linesOf, pushText } from './lines.ts';
import { Spans } from './spans.ts';

const quote = 34;

/**
 * The rows of a CSV text (RFC 4180): a value in quotes may hold line ends. A row whose quote is never closed ends with
 * its line, so that it spoils itself only and not what follows.
 */
export function rowsOf(bytes: Buffer, delimiter: string, from = 0): Spans {
  if (bytes.indexOf(quote, from) < 0) return linesOf(bytes, from);
  const between = Buffer.from(delimiter);
  const rows = new Spans();
  for (let start = from; start < bytes.length; ) {
    const end = rowEnd(bytes, between, start);
    pushText(rows, bytes, { start, end });
    start = end + 1;
  }
  return rows;
}

/** Where the row that begins at `start` ends; a quote inside of a bare value is a character like any other. */
function rowEnd(bytes: Buffer, delimiter: Buffer, start: number): number {
  for (let at = start; ; ) {
    if (bytes[at] === quote) {
      at = closingQuote(bytes, at + 1) + 1;
      if (at === 0) return lineEnd(bytes, start);
    }
    const end = lineEnd(bytes, at);
    const next = bytes.indexOf(delimiter, at);
    if (next < 0 || next >= end) return end;
    at = next + delimiter.length;
  }
}

/** The quote that closes the value whose content begins at `start`, or -1; a doubled one stands for itself. */
function closingQuote(bytes: Buffer, start: number): number {
  let at = bytes.indexOf(quote, start);
  while (at >= 0 && bytes[at + 1] === quote) at = bytes.indexOf(quote, at + 2);
  return at;
}
