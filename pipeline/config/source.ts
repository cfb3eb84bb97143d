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

/** Linear in the length of the text: positions are only needed for errors and for the few stamped rules. */
export function positionOf(span: Span): Position {
  const before = span.source.text.slice(0, span.start);
  const lineStart = before.lastIndexOf('\n') + 1;
  return { line: before.split('\n').length, column: span.start - lineStart + 1 };
}
