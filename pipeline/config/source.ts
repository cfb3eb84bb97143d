/** One file of the configuration: the name that people know it by, and its text. */
export interface Source {
  /** As the user wrote it: what errors print. */
  readonly name: string;
  readonly text: string;
}

/** Where something stands: UTF-16 offsets into the text of a source, `end` exclusive. */
export interface Span {
  readonly source: Source;
  readonly start: number;
  readonly end: number;
}

/** Line and column count from 1, as editors do; a column is one UTF-16 unit. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

export function spanOf(source: Source, start: number, end: number): Span {
  return { source, start, end };
}

export function positionOf({ source, start }: Span): Position {
  const starts = lineStartsOf(source);
  let line = 1;
  let end = starts.length;
  while (line < end) {
    const middle = Math.ceil((line + end) / 2);
    if ((starts[middle - 1] ?? 0) <= start) line = middle;
    else end = middle - 1;
  }
  return { line, column: start - (starts[line - 1] ?? 0) + 1 };
}

/** Found once for each source: a file may have thousands of mistakes. */
const known = new WeakMap<Source, readonly number[]>();

/** Where the lines of a source begin, as offsets into its text. */
export function lineStartsOf(source: Source): readonly number[] {
  const found = known.get(source);
  if (found !== undefined) return found;
  const starts = [0];
  for (let at = source.text.indexOf('\n'); at >= 0; at = source.text.indexOf('\n', at + 1))
    starts.push(at + 1);
  known.set(source, starts);
  return starts;
}
