import { expect, test } from 'vitest';
import { type Config, ConfigTree } from '../../../pipeline/config/index.ts';
import { largestRecord } from '../../../pipeline/config/record-size.ts';
import type { Labels } from '../../../schemas/alert.ts';
import { codecs } from '../../../schemas/avro/index.ts';
import type { Fingerprint } from '../../../schemas/brand.ts';
import type { Partial, Values } from '../../../schemas/reduced.ts';
import { maxBuckets } from '../../../schemas/sketch.ts';

const farTime = Date.UTC(2100, 0, 1);
/** The most that takes four bytes. */
const many = 2 ** 27 - 1;

const values: Values = { count: many, sum: 0.1, min: 0.1, max: 0.1, last: 0.1, lastAt: farTime };
const hash = 'f'.repeat(32);

/** As many names and values as may be, with as many bytes together. */
function fullLabels(entries: number, bytes: number): Labels {
  const perEntry = Math.floor(bytes / entries);
  const name = (n: number) => String(n).padStart(8, '0');
  return Object.fromEntries(Array.from({ length: entries }, (_, n) => [name(n), 'x'.repeat(perEntry - 8)]));
}

/** What a run comes to when nothing in it could be longer. */
function fullPartial({ normalize, dedupe }: Config): Partial {
  const { maxLabels, maxLabelBytes, maxAnnotations, maxAnnotationBytes, maxFieldBytes } = normalize.limits;
  const field = 'x'.repeat(maxFieldBytes);
  const cells = Math.ceil(dedupe.windowMs / 60_000) + 1;
  const sketch = {
    keys: Array.from({ length: maxBuckets }, (_, n) => 70_000 + n),
    counts: Array.from({ length: maxBuckets }, () => many),
  };
  return {
    ...{
      kind: 'partial',
      shard: 2 ** 20,
      id: { offset: 2 ** 40, n: 9_999 },
      v: { offset: 2 ** 40, n: 9_999 },
    },
    ...{ fingerprint: hash as Fingerprint, fingerprintRule: 'default', domain: field },
    head: {
      ...{ tenant: field, source: field, name: field, severity: 'critical', generatorUrl: field },
      labels: fullLabels(maxLabels, maxLabelBytes),
      annotations: fullLabels(maxAnnotations, maxAnnotationBytes),
    },
    ...{ contentHash: hash, sourceId: field, watched: hash, status: 'firing', ending: 'timeout' },
    ...{ cell: farTime, cellMs: dedupe.windowMs, startsAt: farTime, endsAt: farTime },
    ...{ first: farTime, last: farTime, count: many, values, droppedBy: '' },
    segments: Array.from({ length: 301 }, () => ({
      ...{ first: farTime, last: farTime, endsAt: farTime, count: many, values },
    })),
    minutes: Array.from({ length: cells }, () => ({ minute: farTime, count: many, values, sketch })),
  };
}

test.each([
  ['by default', {}],
  ['of a long window', { dedupe: { windowMs: 3.5 * 3_600_000 } }],
  ['with raised limits', { normalize: { limits: { maxLabelBytes: 300_000, maxAnnotationBytes: 100_000 } } }],
  ['of many short labels', { normalize: { limits: { maxLabels: 2_000 } } }],
])('the largest run %s is no larger than reckoned, and fits', (_name, given) => {
  const config = ConfigTree.parse(given);
  const partial = fullPartial(config);
  const bytes = codecs.reduced.encodeFramed(1, partial).length + partial.domain.length;
  const reckoned = largestRecord(config).bytes;
  expect(bytes).toBeGreaterThan(reckoned / 3);
  expect(bytes).toBeLessThanOrEqual(reckoned);
  expect(reckoned).toBeLessThan(1_048_576);
});
