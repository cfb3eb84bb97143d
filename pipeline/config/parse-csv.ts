import type { Finding } from './mistake.ts';
import type { ConfigNode, Entry } from './node.ts';
import type { Source, Span } from './source.ts';
import { spanOf } from './source.ts';

interface Cell {
  readonly text: string;
  readonly span: Span;
}

export interface Table {
  /** A list of mappings from column name to text. */
  readonly root: ConfigNode;
  readonly findings: readonly Finding[];
}

/**
 * Parses CSV as RFC 4180 has it (quotes, doubled quotes, line breaks inside quotes), with `\n` or `\r\n`; the first row
 * names the columns. Empty lines and lines that begin with `#` are skipped; cells are not trimmed.
 */
export function parseCsv(source: Source): Table {
  const findings: Finding[] = [];
  const [header, ...records] = readRows(source, findings);
  const whole = spanOf(source, 0, source.text.length);
  if (header === undefined) {
    findings.push(bad('the table is empty; its first row must name the columns', spanOf(source, 0, 0)));
    return { root: { kind: 'broken', span: whole }, findings };
  }
  findings.push(...headerFindings(header));
  const items = records.map((cells) => rowNode(header, cells, findings));
  return { root: { kind: 'list', span: whole, items }, findings };
}

function bad(message: string, span: Span): Finding {
  return { code: 'config.bad-table', message, span };
}

function headerFindings(header: readonly Cell[]): Finding[] {
  return header.flatMap((cell, index) => {
    if (cell.text.trim() === '') return [bad(`column ${index + 1} has no name`, cell.span)];
    const isRepeated = header.slice(0, index).some((earlier) => earlier.text === cell.text);
    return isRepeated ? [bad(`two columns are called \`${cell.text}\``, cell.span)] : [];
  });
}

function rowNode(header: readonly Cell[], cells: readonly Cell[], findings: Finding[]): ConfigNode {
  const first = cells[0]?.span;
  const span = { ...(first ?? spanOf({ name: '', text: '' }, 0, 0)), end: cells.at(-1)?.span.end ?? 0 };
  if (cells.length !== header.length) {
    findings.push(bad(`the row has ${cells.length} cells, the header has ${header.length}`, span));
    return { kind: 'broken', span };
  }
  const entries = header.map((column, index): Entry => {
    const cell = cells[index] ?? column;
    return {
      key: column.text,
      keySpan: cell.span,
      node: { kind: 'scalar', span: cell.span, value: cell.text, isEmpty: false },
    };
  });
  return { kind: 'map', span, entries };
}

function readRows(source: Source, findings: Finding[]): Cell[][] {
  const { text } = source;
  const rows: Cell[][] = [];
  let at = 0;
  while (at < text.length) {
    const isComment = text[at] === '#';
    const { cells, next } = isComment
      ? { cells: [], next: afterLine(text, at) }
      : readRow(source, at, findings);
    const isBlank = cells.length === 1 && cells[0]?.text === '';
    if (!isComment && !isBlank) rows.push(cells);
    at = next;
  }
  return rows;
}

function afterLine(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end === -1 ? text.length : end + 1;
}

function readRow(source: Source, from: number, findings: Finding[]): { cells: Cell[]; next: number } {
  const cells: Cell[] = [];
  let at = from;
  for (;;) {
    const { cell, next } =
      source.text[at] === '"' ? readQuoted(source, at, findings) : readPlain(source, at, findings);
    cells.push(cell);
    if (source.text[next] !== ',') return { cells, next: afterLine(source.text, next) };
    at = next + 1;
  }
}

function readPlain(source: Source, from: number, findings: Finding[]): { cell: Cell; next: number } {
  let next = from;
  while (next < source.text.length && source.text[next] !== ',' && source.text[next] !== '\n') next += 1;
  const text = source.text.slice(from, next).replace(/\r$/, '');
  const span = spanOf(source, from, from + text.length);
  if (text.includes('"')) findings.push(bad('a cell with a quote in it must be quoted as a whole', span));
  return { cell: { text, span }, next };
}

/** `next` is the comma or line break behind the closing quote. */
function readQuoted(source: Source, from: number, findings: Finding[]): { cell: Cell; next: number } {
  const closing = closingQuote(source.text, from + 1);
  if (closing === -1) {
    findings.push(bad('the quote is never closed', spanOf(source, from, from + 1)));
    const text = source.text.slice(from + 1);
    return { cell: { text, span: spanOf(source, from, source.text.length) }, next: source.text.length };
  }
  const span = spanOf(source, from, closing + 1);
  const rest = readPlain(source, closing + 1, []);
  if (rest.cell.text !== '') {
    findings.push(bad('a quoted cell ends at its quote; nothing may stand before the comma', rest.cell.span));
  }
  return {
    cell: { text: source.text.slice(from + 1, closing).replaceAll('""', '"'), span },
    next: rest.next,
  };
}

function closingQuote(text: string, from: number): number {
  let at = text.indexOf('"', from);
  while (at !== -1 && text[at + 1] === '"') at = text.indexOf('"', at + 2);
  return at;
}
