import { z } from 'zod';

/** Config of aggregate: one-minute counts and quantiles by tenant, service, severity and name. */
export const AggregateConfig = z
  .object({
    previewAfterMs: z
      .int()
      .min(0)
      .max(3_600_000)
      .default(60_000)
      .describe(
        'How long after its end a window is stated as far as it is known; the final statement follows.',
      ),
  })
  .strict();

export type AggregateConfig = z.infer<typeof AggregateConfig>;
