import { z } from 'zod';

export const count = (value: number, most: number, what: string) =>
  z.number().int().positive().max(most).default(value).describe(what);

/** Time spans of the runtime stay under an hour: more is a slip of the unit. */
export const spanMs = (value: number, what: string) => count(value, 3_600_000, what);
