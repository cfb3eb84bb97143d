import { z } from 'zod';
import { span } from '../span.ts';

/** Config of score: how unusual an alert is against what its own series did before. Scores annotate; they suppress nothing. */
export const ScoreConfig = z
  .object({
    bucketMs: span()
      .min(60_000)
      .max(86_400_000)
      .default(300_000)
      .describe('Rates are compared between buckets of this length.'),
    memoryBuckets: z
      .int()
      .min(16)
      .max(100_000)
      .default(2_016)
      .describe('When a series has this many buckets behind it, all its counts are halved: old habits fade.'),
    borrow: z
      .number()
      .min(1)
      .max(1_000)
      .default(20)
      .describe(
        'A young series borrows this many observations from its tenant, so that it starts calibrated.',
      ),
    minValues: z
      .int()
      .min(2)
      .max(1_000)
      .default(10)
      .describe('Values of a series are judged only when this many came before.'),
    forgetMs: span()
      .min(3_600_000)
      .default(604_800_000)
      .describe('A series that was silent this long is forgotten.'),
  })
  .strict();

export type ScoreConfig = z.infer<typeof ScoreConfig>;
