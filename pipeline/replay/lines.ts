const newline = 10;
const carriageReturn = 13;

/** Where a record stands in its file: bytes [start, end). */
export interface Spans {
  readonly starts: readonly number[];
  readonly ends: readonly number[];
}

/** The non-empty lines of a text from `from` on, without their line ends. */
export function linesOf(bytes: Uint8Array, from = 0): Spans {
  const starts: number[] = [];
  const ends: number[] = [];
  for (let start = from; start < bytes.length; ) {
    const found = bytes.indexOf(newline, start);
    const next = found < 0 ? bytes.length : found;
    const end = next > start && bytes[next - 1] === carriageReturn ? next - 1 : next;
    if (end > start) {
      starts.push(start);
      ends.push(end);
    }
    start = next + 1;
  }
  return { starts, ends };
}

/** The first line of a text as a string, and where the next one starts. */
export function firstLine(bytes: Buffer): { readonly line: string; readonly next: number } {
  const found = bytes.indexOf(newline);
  const end = found < 0 ? bytes.length : found;
  return { line: bytes.toString('utf8', 0, end).replace(/\r$/, ''), next: Math.min(end + 1, bytes.length) };
}
