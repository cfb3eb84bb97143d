import type { ErrorCode } from '../../schemas/errors.ts';
import { TocsinError } from '../../schemas/errors.ts';
import type { Source, Span } from './source.ts';
import { positionOf } from './source.ts';

/** A mistake while it is being looked for. */
export interface Finding {
  readonly code: ErrorCode;
  readonly message: string;
  readonly span: Span;
}

/** A mistake as it is told: no secret is left in any of its fields. */
export interface Mistake {
  readonly code: ErrorCode;
  readonly message: string;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** The line with its neighbours and a caret, lines separated by `\n`. */
  readonly frame: string;
}

/** `tocsin.yaml:4:3: unknown key …`, then the code frame. */
export function mistakeText(mistake: Mistake): string {
  const { file, line, column, message, code, frame } = mistake;
  const told = `${file}:${line}:${column}: ${message} [${code}]`;
  return frame === '' ? told : `${told}\n${frame}`;
}

/** All mistakes of a configuration at once; exit code 78. */
export class ConfigError extends TocsinError {
  /** The first of them. */
  readonly mistakes: readonly Mistake[];
  readonly #count: number;

  constructor(mistakes: readonly Mistake[], count = mistakes.length) {
    const [first] = mistakes;
    const where = first === undefined ? '' : `${first.file}:${first.line}:${first.column}: ${first.message}`;
    const more = count > 1 ? ` (and ${count - 1} more)` : '';
    super('config.invalid', where + more);
    this.name = 'ConfigError';
    this.mistakes = mistakes;
    this.#count = count;
  }

  /** Mistakes with their frames, and how many there are. */
  get report(): string {
    const left = this.#count - this.mistakes.length;
    const sum = this.#count === 1 ? '1 mistake' : `${this.#count} mistakes`;
    const told =
      left > 0
        ? `${sum} in the configuration, of which ${left} are not shown`
        : `${sum} in the configuration`;
    return `${this.mistakes.map(mistakeText).join('\n\n')}\n\n${told}`;
  }
}

/** The main file first, the others as they were read, each by its lines; the same sentence about the same place counts once. */
export function inReadingOrder(main: Source, findings: readonly Finding[]): Finding[] {
  const files = [...new Set([main, ...findings.map((finding) => finding.span.source)])];
  const seen = new Set<string>();
  return findings
    .toSorted(
      (a, b) =>
        files.indexOf(a.span.source) - files.indexOf(b.span.source) ||
        a.span.start - b.span.start ||
        a.span.end - b.span.end,
    )
    .filter((finding) => {
      const { line, column } = positionOf(finding.span);
      const key = `${finding.span.source.name}:${line}:${column}:${finding.message}`;
      return !seen.has(key) && seen.add(key);
    });
}
