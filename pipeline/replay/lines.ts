import { Spans } from './spans.ts';

const newline = 10;
const carriageReturn = 13;
const space = 32;

/** The lines of a text from `from` on that hold more than white space, without their line ends (`\n` or `\r\n`). */
export function linesOf(bytes: Buffer, from = 0): Spans {
  const lines = new Spans();
  for (let start = from; start < bytes.length; ) {
    const end = lineEnd(bytes, start);
    pushText(lines, bytes, { start, end });
    start = end + 1;
  }
  return lines;
}

/** Where the line that begins at `start` ends: at its `\n`, or at the end of the text. */
export function lineEnd(bytes: Buffer, start: number): number {
  const found = bytes.indexOf(newline, start);
  return found < 0 ? bytes.length : found;
}

/** Adds a stretch of the text without its `\r`; nothing when it is blank. Other white space may be a column of a CSV. */
export function pushText(
  to: Spans,
  bytes: Buffer,
  { start, end }: { readonly start: number; readonly end: number },
): void {
  if (isBlank(bytes, start, end)) return;
  to.push(start, bytes[end - 1] === carriageReturn ? end - 1 : end);
}

function isBlank(bytes: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at += 1) if ((bytes[at] ?? 0) > space) return false;
  return true;
}

/** More of a line than anybody looks at; a whole file may be one line. */
const longestLook = 1 << 20;

/** The first lines that are not blank, at most `count` of them and of each at most 1 MiB. */
export function firstLines(bytes: Buffer, count: number): readonly string[] {
  const found: string[] = [];
  for (let start = 0; start < bytes.length && found.length < count; ) {
    const end = lineEnd(bytes, start);
    const line = bytes.toString('utf8', start, Math.min(end, start + longestLook)).trim();
    if (line !== '') found.push(line);
    start = end + 1;
  }
  return found;
}

/** Where the first line ends that is not blank; the end of the text when all are. */
export function firstLineEnd(bytes: Buffer): number {
  for (let start = 0; start < bytes.length; ) {
    const end = lineEnd(bytes, start);
    if (!isBlank(bytes, start, end)) return end;
    start = end + 1;
  }
  return bytes.length;
}
