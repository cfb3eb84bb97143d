import { z } from 'zod';

/** Config of publish. */
export const PublishConfig = z
  .object({
    keepMs: z
      .number()
      .int()
      .min(0)
      .default(3_600_000)
      .describe(
        'How long a resolved incident is remembered, so that a reopened one goes on counting its revisions.',
      ),
  })
  .strict();

export type PublishConfig = z.infer<typeof PublishConfig>;
