import { z } from 'zod';
import { severities } from '../../schemas/alert.ts';
import { span } from '../span.ts';

const Worth = z
  .object({
    alerts: z
      .number()
      .int()
      .min(1)
      .max(1_000)
      .default(1)
      .describe('It holds at least this many different alerts; one that fires again counts once.'),
    severity: z.enum(severities).default('unknown').describe('And is at least this severe.'),
  })
  .strict();

/** Config of publish. */
export const PublishConfig = z
  .object({
    keepMs: span()
      .min(0)
      .default(3_600_000)
      .describe(
        'How long a resolved incident is remembered, so that a reopened one goes on counting its revisions.',
      ),
    incidentsWith: z
      .array(Worth)
      .min(1)
      .default([{ alerts: 1, severity: 'unknown' }])
      .describe('An incident is published once it is worth it by one of these, and from then on to its end.'),
  })
  .strict();

export type PublishConfig = z.infer<typeof PublishConfig>;
