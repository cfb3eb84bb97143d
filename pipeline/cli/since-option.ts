import { TocsinError } from '../../schemas/errors.ts';

const unitMs = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/**
 * Epoch milliseconds of `--since`: a span before `now` such as `90m` or `7d`, or a time in ISO 8601.
 *
 * @throws TocsinError `usage.invalid`
 */
export function sinceOf(text: string, now: number): number {
  const [, count = '', unit = ''] = /^(\d+)([smhd])$/.exec(text) ?? [];
  if (unit !== '') return now - Number(count) * unitMs[unit as keyof typeof unitMs];
  const time = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(time)) return time;
  throw new TocsinError(
    'usage.invalid',
    `--since ${text}: use a span such as 90m, 12h or 7d, or an ISO 8601 time`,
  );
}
