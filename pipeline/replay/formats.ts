import { TocsinError } from '../../schemas/errors.ts';
import { firstLine, linesOf, type Spans } from './lines.ts';

/** How the records of a file are found, and when each of them arrives. */
export interface FileFormat {
  readonly name: string;
  split(bytes: Buffer): Spans;
  /** Event time of a record's newest alert in epoch milliseconds, or null when it states none that can be used. */
  timeOf(bytes: Buffer, start: number, end: number): number | null;
}

export const aitHeader = 'time,name,ip,host,short,time_label,event_label';

/** AIT-ADS: a CSV with a header line, the time in seconds before the first comma. */
const aitAds: FileFormat = {
  name: 'ait-ads',
  split: (bytes) => linesOf(bytes, firstLine(bytes).next),
  timeOf(bytes, start, end) {
    let seconds = 0;
    let place = start;
    for (; place < end; place += 1) {
      const digit = (bytes[place] ?? 0) - 48;
      if (digit < 0 || digit > 9) break;
      seconds = seconds * 10 + digit;
    }
    return place === start ? null : seconds * 1000;
  },
};

/** One JSON document per line, of any shape that normalize knows. */
const ndjson: FileFormat = {
  name: 'ndjson',
  split: (bytes) => linesOf(bytes),
  timeOf: (bytes, start, end) => timeOfJson(bytes.toString('utf8', start, end)),
};

/** The whole file is one JSON document. */
const json: FileFormat = {
  name: 'json',
  split: (bytes) => (bytes.length === 0 ? { starts: [], ends: [] } : { starts: [0], ends: [bytes.length] }),
  timeOf: (bytes, start, end) => timeOfJson(bytes.toString('utf8', start, end)),
};

const formats: readonly FileFormat[] = [aitAds, ndjson, json];

export const formatNames = ['auto', ...formats.map(({ name }) => name)];

/**
 * The format that is asked for, or with `auto` the one that the file's beginning shows.
 *
 * @throws TocsinError `input.unreadable` when the beginning fits none.
 */
export function formatOf(asked: string, bytes: Buffer, path: string): FileFormat {
  const named = formats.find(({ name }) => name === asked);
  if (named !== undefined) return named;
  const { line } = firstLine(bytes);
  if (line === aitHeader) return aitAds;
  if (line.trim() === '' && bytes.length === 0) return ndjson;
  if (isJson(line)) return ndjson;
  if (/^\s*[[{]/.test(line)) return json;
  const shown = JSON.stringify(line.slice(0, 60));
  throw new TocsinError(
    'input.unreadable',
    `${path} begins with ${shown}, which fits none of ${formatNames.join(', ')}`,
  );
}

function isJson(line: string): boolean {
  try {
    return typeof JSON.parse(line) === 'object';
  } catch {
    return false;
  }
}

const timeFields = ['observedAt', 'time', 'startsAt', 'endsAt'] as const;

/** A bad document has no time: it travels with the record before it and ends up as a dead letter. */
function timeOfJson(text: string): number | null {
  try {
    return newestTime(JSON.parse(text));
  } catch {
    return null;
  }
}

function newestTime(document: unknown): number | null {
  if (Array.isArray(document)) return newest(document.map(newestTime));
  if (typeof document !== 'object' || document === null) return null;
  const fields = document as Record<string, unknown>;
  const own = timeFields.map((name) => asTime(fields[name])).find((time) => time !== null);
  if (own !== undefined) return own;
  return newest([newestTime(fields['alerts']), newestTime(fields['data'])]);
}

function newest(times: readonly (number | null)[]): number | null {
  const known = times.filter((time) => time !== null);
  return known.length === 0 ? null : known.reduce((a, b) => Math.max(a, b));
}

const earliest = Date.UTC(2000, 0);

/** Epoch milliseconds or ISO 8601; what cannot be an arrival time (seconds, year 1) is no time. */
function asTime(value: unknown): number | null {
  const time = typeof value === 'string' ? Number(value) || Date.parse(value) : value;
  return typeof time === 'number' && time >= earliest && time < 4e12 ? time : null;
}
