import { z } from 'zod';
import { severities } from '../../schemas/alert.ts';

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
    incidentMinAlerts: z
      .number()
      .int()
      .min(1)
      .max(1_000)
      .default(1)
      .describe(
        'An incident is published once it holds this many different alerts, or is severe enough; repeats of one alert count once.',
      ),
    incidentMinSeverity: z
      .enum(severities)
      .default('critical')
      .describe('An incident of this severity or a worse one is published however few alerts it holds.'),
  })
  .strict();

export type PublishConfig = z.infer<typeof PublishConfig>;
