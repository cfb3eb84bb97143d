import { z } from 'zod';
import { span } from '../span.ts';

/** Config of aggregate: one-minute counts and quantiles by tenant, service, severity and name. */
export const AggregateConfig = z
  .object({
    previewAfterMs: span()
      .min(0)
      .max(3_600_000)
      .default(60_000)
      .describe(
        'How long after its end a window is stated as far as it is known, if the final statement follows minutes later.',
      ),
  })
  .strict();

export type AggregateConfig = z.infer<typeof AggregateConfig>;
