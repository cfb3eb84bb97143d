/** The colours a view uses; identity functions where there are none. */
export interface Ink {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly red: (text: string) => string;
  readonly green: (text: string) => string;
  readonly yellow: (text: string) => string;
  readonly cyan: (text: string) => string;
}

/** Text with the painter of it, so that widths are known before colours come in. */
export type Cell = readonly [text: string, paint: (text: string) => string];

/** Whole, with thousands separators. */
export const number = (value: number) => Math.round(value).toLocaleString('en-US');

/** Time of day, UTC. */
export const clock = (at: number) => new Date(at).toISOString().slice(11, 19);

export const share = (part: number, whole: number) =>
  whole === 0 ? '' : `${((100 * part) / whole).toFixed(1)} %`;

/** `part` (0–1) of a bar; what is left of it is filled with `rest`. */
export function bar(part: number, columns: number, rest = '░'): string {
  const full = Math.round(Math.min(1, Math.max(0, part)) * columns);
  return '█'.repeat(full) + rest.repeat(columns - full);
}

/** Exactly `columns` characters: padded, or cut with an ellipsis. Names come from alerts, so nothing in them may move the cursor. */
export function sized(text: string, columns: number): string {
  const characters = [...text.replace(/\p{Cc}/gu, '·')];
  if (characters.length > columns) return `${characters.slice(0, Math.max(0, columns - 1)).join('')}…`;
  return characters.join('') + ' '.repeat(columns - characters.length);
}
