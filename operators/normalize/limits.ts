import { z } from 'zod';

/** A positive whole number with an upper bound that no real deployment meets. */
export const count = (max: number) => z.int().min(1).max(max);

/** Bounds of what one record may hold; what is larger is refused. */
export const Limits = z.strictObject({
  maxBytes: count(64 * 1_048_576)
    .default(1_048_576)
    .describe('Largest record value, in bytes; the same as what Kafka accepts by default.'),
  maxAlertsPerRecord: count(1_000_000)
    .default(10_000)
    .describe('Most alerts in one record. A record with more is refused as a whole.'),
  maxDepth: count(256).default(32).describe('Deepest nesting of lists and objects in a JSON document.'),
  maxLabels: count(10_000).default(128).describe('Most labels of one alert; Kubernetes ones have about 40.'),
  maxLabelBytes: count(1_048_576)
    .default(32_768)
    .describe('Most bytes of the names and values of the labels of one alert, together.'),
  maxAnnotations: count(10_000)
    .default(256)
    .describe('Most annotations of one alert, with those that were kept because nothing else fits them.'),
  maxAnnotationBytes: count(1_048_576)
    .default(65_536)
    .describe('Most bytes of the names and values of the annotations of one alert, together.'),
  maxFieldBytes: count(1_048_576)
    .default(8_192)
    .describe('Most bytes of any other text of an alert (tenant, source, name, generatorUrl, id).'),
});

export type Limits = z.infer<typeof Limits>;
