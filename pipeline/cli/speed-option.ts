import { TocsinError } from '../../schemas/errors.ts';

/** Virtual over wall time; null for as fast as it goes. @throws TocsinError `usage.invalid` */
export function speedOf(text: string): number | null {
  if (text === 'max') return null;
  const factor = Number(/^(\d+(?:\.\d+)?)x$/.exec(text)?.[1]);
  if (factor > 0) return factor;
  throw new TocsinError('usage.invalid', `--speed ${text}: use max, or a factor such as 60x`);
}

/** @throws TocsinError `usage.invalid` for what is no whole number from `least` to `most` */
export function wholeNumber(
  option: string,
  text: string,
  [least, most]: readonly [least: number, most: number],
): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= most) return value;
  throw new TocsinError('usage.invalid', `${option} ${text}: use ${least} to ${most}`);
}
