import { CorrelateConfig } from '../../operators/correlate/index.ts';
import { DedupeConfig } from '../../operators/dedupe/index.ts';
import type { FingerprintConfig } from '../../operators/fingerprint/index.ts';
import { NormalizeConfig } from '../../operators/normalize/index.ts';
import { maxControlBytes } from '../../schemas/control.ts';
import { topics } from '../../schemas/topics.ts';
import type { Path } from './node.ts';

/** What the size of records rests on. */
export interface Sized {
  readonly normalize: Pick<NormalizeConfig, 'limits'>;
  readonly fingerprint: Pick<FingerprintConfig, 'correlationDomain'>;
  readonly dedupe: Pick<DedupeConfig, 'windowMs'>;
  readonly correlate: Pick<CorrelateConfig, 'maxListed'>;
}

/** Where the configuration asks too much, and in which words. */
export interface Oversize {
  readonly path: Path;
  readonly message: string;
}

/** Kafka takes records of a mebibyte; a batch around one adds less than this. */
const maxRecordBytes = 1_048_576 - 4_096;

/** Ids, hashes, names of rules, numbers: whatever no alert and no control can make longer. */
const plainBytes = 16_384;
/** What says how long a name or a value is. */
const lengthBytes = 4;
/** A run has at most 301 of them: two times with an end, a count, four numbers with a count and a time. */
const segmentsBytes = 301 * 80;
/** A sketch of 512 buckets, of 3 bytes for the key and 4 for as many as 134 million values each, and the numbers beside it. */
const minuteBytes = 3_800;
/** A fingerprint, and a service of 128 characters: `correlate` keeps no more of one. */
const listedBytes = 32 + 128 * 3 + 2 * lengthBytes;

/** Where a record of ours could become larger than Kafka takes, which would stop all workers; null where none can. */
export function oversizeOf(sized: Sized): Oversize | null {
  const largest = largestRecord(sized);
  if (largest.bytes <= maxRecordBytes) return null;
  const { path, wish } = causeOf(sized);
  const { topic, bytes } = largest;
  const message = `one record of ${topic} could have ${bytes} bytes, and Kafka takes ${maxRecordBytes} with what is around it: ${wish}`;
  return { path, message };
}

/** The most that one record of any topic of ours can come to when the texts of an alert are as long as they may be. */
export function largestRecord(sized: Sized): { readonly topic: string; readonly bytes: number } {
  const all = [
    { topic: topics.reduced.name, bytes: reducedBytes(sized) },
    { topic: topics.enriched.name, bytes: enrichedBytes(sized) },
    { topic: topics.incidents.name, bytes: incidentBytes(sized) },
  ];
  return all.reduce((largest, one) => (one.bytes > largest.bytes ? one : largest));
}

/** A partial: its head, the domain as value and as key, the run in segments and in minutes. */
function reducedBytes({ normalize: { limits }, fingerprint, dedupe: { windowMs } }: Sized): number {
  const minutes = Math.ceil(windowMs / 60_000) + 1;
  const domain = domainBytes(limits, fingerprint.correlationDomain);
  return alertBytes(limits) + 2 * domain + segmentsBytes + minutes * minuteBytes;
}

/** The alert, its service (which may be a label) once more, and the control that keeps it quiet. */
function enrichedBytes({ normalize: { limits } }: Sized): number {
  return alertBytes(limits) + limits.maxLabelBytes + maxControlBytes;
}

/** Its lists and its tenant. */
function incidentBytes({ normalize: { limits }, correlate: { maxListed } }: Sized): number {
  return plainBytes + maxListed * listedBytes + limits.maxFieldBytes;
}

type Limits = NormalizeConfig['limits'];

/** Tenant, source, name, generatorUrl and id beside labels and annotations. */
function alertBytes(limits: Limits): number {
  const { maxLabels, maxLabelBytes, maxAnnotations, maxAnnotationBytes, maxFieldBytes } = limits;
  const lengths = 2 * lengthBytes * (maxLabels + maxAnnotations);
  return plainBytes + lengths + maxLabelBytes + maxAnnotationBytes + 5 * maxFieldBytes;
}

/** Several fields are joined, and what joins them is escaped: three bytes for one at the most. */
function domainBytes({ maxLabelBytes, maxFieldBytes }: Limits, fields: readonly string[]): number {
  const named = [...new Set(fields)];
  const labels = named.some((field) => field.startsWith('label:')) ? maxLabelBytes : 0;
  const texts = named.filter((field) => !field.startsWith('label:')).length * maxFieldBytes;
  return (fields.length > 1 ? 3 : 1) * (labels + texts);
}

/** The key whose default would be small enough; where that is none of them, the limits are what can be lowered. */
function causeOf(sized: Sized): { readonly path: Path; readonly wish: string } {
  const { limits } = NormalizeConfig.parse({});
  const { windowMs } = DedupeConfig.parse({});
  const { maxListed } = CorrelateConfig.parse({});
  const causes = [
    {
      path: ['normalize', 'limits'],
      wish: 'lower maxLabelBytes, maxAnnotationBytes or maxFieldBytes',
      without: { ...sized, normalize: { limits } },
    },
    {
      path: ['dedupe', 'windowMs'],
      wish: 'choose a shorter window, whose minutes are counted one by one',
      without: { ...sized, dedupe: { windowMs } },
    },
    {
      path: ['correlate', 'maxListed'],
      wish: 'list less',
      without: { ...sized, correlate: { maxListed } },
    },
  ] as const;
  return causes.find(({ without }) => largestRecord(without).bytes <= maxRecordBytes) ?? causes[0];
}
