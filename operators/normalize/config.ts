import { z } from 'zod';
import { severities } from '../../schemas/alert.ts';
import { count, Limits } from './limits.ts';
import { MappingConfig } from './mapping/index.ts';

const Cache = z.strictObject({
  maxHeads: count(10_000_000)
    .default(500_000)
    .describe('Most heads (what identifies and describes an alert) remembered; affects speed only.'),
  maxHeadBytes: count(4 * 1_073_741_824)
    .default(256 * 1_048_576)
    .describe('Most bytes of remembered heads; affects speed only.'),
});

const NormalizeShape = z.strictObject({
  defaultTenant: z.string().min(1).default('default').describe('Tenant of alerts that name none.'),
  severityMap: z
    .record(z.string().min(1), z.enum(severities))
    .default({})
    .describe('What a source calls a severity → ours, over the built-in words. Letter case does not count.'),
  presets: z
    .array(z.enum(['ait-ads']))
    .default([])
    .describe('Mappings that ship with Tocsin, tried after those of `mappings`.'),
  mappings: z
    .array(MappingConfig)
    .max(256)
    .default([])
    .describe('How other JSON and CSV becomes alerts. The first that fits is used.'),
  limits: Limits.prefault({}).describe('What is larger goes to the dead-letter topic.'),
  cache: Cache.prefault({}).describe('Heads are remembered so that a repeat costs less.'),
});

/** Config of normalize: how the bytes of a record become alerts. */
export const NormalizeConfig = NormalizeShape.superRefine(({ mappings, presets }, context) => {
  const taken = new Set<string>(presets);
  for (const [index, { name }] of mappings.entries()) {
    if (taken.has(name)) {
      const message = `another mapping or preset is called '${name}': messages could not tell them apart`;
      context.addIssue({ code: 'custom', path: ['mappings', index, 'name'], message });
    }
    taken.add(name);
  }
});

export type NormalizeConfig = z.infer<typeof NormalizeConfig>;
