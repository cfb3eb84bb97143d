import type { Io, Out } from './io.ts';

/** Whole numbers with thousands separators, others with at most `digits` decimals: `1,234,567`, `0.25`. */
export function number(value: number, digits = 2): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: digits });
}

/** `part` of `whole` in percent with one decimal; `–` when there is no whole. */
export function percent(part: number, whole: number): string {
  return whole === 0 ? '–' : `${((100 * part) / whole).toFixed(1)} %`;
}

export interface Column {
  readonly title: string;
  /** Numbers are read from the right. */
  readonly align?: 'left' | 'right';
}

/** Columns of even width with two spaces between them; no line ends in a space, the last ends in a line break. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const titles = columns.map((column) => column.title);
  const hasTitles = titles.some((title) => title !== '');
  const lines = hasTitles ? [titles, ...rows] : rows;
  const widths = columns.map((_, index) => Math.max(0, ...lines.map((line) => visible(line[index]))));
  return lines
    .map((line) => columns.map((column, index) => cell(line[index], widths[index] ?? 0, column.align)))
    .map((cells) => `${cells.join('  ').trimEnd()}\n`)
    .join('');
}

function cell(text = '', width: number, align: Column['align']): string {
  const gap = ' '.repeat(Math.max(0, width - visible(text)));
  return align === 'right' ? gap + text : text + gap;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: the escape that begins a colour
const colourCodes = /\u001b\[[0-9;]*m/g;

/** Width in characters without colour codes. */
function visible(text = ''): number {
  return [...text.replaceAll(colourCodes, '')].length;
}

const codes = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 } as const;

export type Paint = Readonly<Record<keyof typeof codes, (text: string) => string>>;

/** Colours for one stream: only on a terminal, and never when NO_COLOR is set (no-color.org) or TERM is `dumb`. */
export function paintFor(out: Out, env: Io['env']): Paint {
  const isOn = out.isTTY && !env['NO_COLOR'] && env['TERM'] !== 'dumb';
  const painter = (code: number) => (text: string) => (isOn ? `\u001b[${code}m${text}\u001b[0m` : text);
  return {
    bold: painter(codes.bold),
    dim: painter(codes.dim),
    red: painter(codes.red),
    green: painter(codes.green),
    yellow: painter(codes.yellow),
    cyan: painter(codes.cyan),
  };
}

/** Data for a machine: one JSON document, indented, with a line break at its end. */
export function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
