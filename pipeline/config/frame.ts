import { redacted } from '../access/index.ts';
import type { Source, Span } from './source.ts';
import { lineStartsOf, positionOf } from './source.ts';

/** Longest piece of a line that a frame shows, in UTF-16 units. */
const frameWidth = 100;

interface Line {
  readonly text: string;
  /** Offset of the first character in the source. */
  readonly start: number;
}

/**
 * The line of the span with the one before and the one after, and a caret under the span's first line. What lies in
 * `masks` is shown as `[redacted]`, also on the neighbouring lines.
 */
export function codeFrame(span: Span, masks: readonly Span[]): string {
  const own = masks.filter((mask) => mask.source === span.source);
  const { line } = positionOf(span);
  const last = Math.min(line + 1, lineStartsOf(span.source).length);
  const gutter = String(last).length;
  const framed: string[] = [];
  for (let number = Math.max(1, line - 1); number <= last; number++) {
    const each = lineOf(span.source, number);
    if (number > line && each.text === '') continue;
    const window = number === line ? windowAround(each, span, own) : { from: 0, caret: 0, length: 0 };
    const shown = mask(each, own).slice(window.from, window.from + frameWidth);
    framed.push(`  ${String(number).padStart(gutter)} | ${shown}`.trimEnd());
    if (number === line) framed.push(caretLine(shown, window, gutter));
  }
  return framed.join('\n');
}

/** The line of that number, from 1. */
function lineOf(source: Source, number: number): Line {
  const starts = lineStartsOf(source);
  const start = starts[number - 1] ?? 0;
  const next = starts[number] ?? source.text.length + 1;
  return { text: source.text.slice(start, next - 1).replace(/\r$/, ''), start };
}

interface Window {
  readonly from: number;
  /** Where the caret stands and how many there are, in characters of the masked line. */
  readonly caret: number;
  readonly length: number;
}

function windowAround(line: Line, span: Span, masks: readonly Span[]): Window {
  const stop = Math.min(span.end, line.start + line.text.length);
  const caret = shifted(line, span.start, masks);
  const length = Math.max(1, shifted(line, Math.max(stop, span.start), masks) - caret);
  const from = caret > frameWidth - 20 ? caret - frameWidth / 2 : 0;
  return { from, caret, length: Math.min(length, frameWidth + from - caret) };
}

function caretLine(shown: string, { from, caret, length }: Window, gutter: number): string {
  // Tabs are kept, so that the caret stands right whatever their width is.
  const indent = shown.slice(0, caret - from).replaceAll(/[^\t]/g, ' ');
  return `  ${' '.repeat(gutter)} | ${indent.padEnd(caret - from)}${'^'.repeat(length)}`;
}

/** The parts of this line that are masked, as columns from 0. */
function maskedParts(line: Line, masks: readonly Span[]): { from: number; to: number }[] {
  const parts = masks
    .map((each) => ({
      from: Math.max(0, each.start - line.start),
      to: Math.min(line.text.length, each.end - line.start),
    }))
    .filter((part) => part.from < part.to)
    .toSorted((a, b) => a.from - b.from || b.to - a.to);
  return parts.filter((part, index) => parts.slice(0, index).every((earlier) => earlier.to <= part.from));
}

function mask(line: Line, masks: readonly Span[]): string {
  let text = '';
  let done = 0;
  for (const part of maskedParts(line, masks)) {
    text += line.text.slice(done, part.from) + redacted;
    done = part.to;
  }
  // Control characters would reach the terminal as commands.
  return (text + line.text.slice(done)).replaceAll(/[^\P{Cc}\t]/gu, '·');
}

/** The column of `offset` in the masked line. */
function shifted(line: Line, offset: number, masks: readonly Span[]): number {
  const column = offset - line.start;
  let shift = 0;
  for (const part of maskedParts(line, masks)) {
    if (column >= part.to) shift += redacted.length - (part.to - part.from);
    else if (column > part.from) shift -= column - part.from;
  }
  return column + shift;
}
