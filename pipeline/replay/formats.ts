import { type NormalizeConfig, presets } from '../../operators/normalize/index.ts';
import { TocsinError } from '../../schemas/errors.ts';
import { arrivalTimeBy } from './arrival-time.ts';
import { csvFormat, isHeaderOf } from './csv-format.ts';
import type { ArrivalTime, FileFormat } from './file-format.ts';
import { valuesOf } from './json-values.ts';
import { firstLines, linesOf } from './lines.ts';

/** Chooses the format of a file by its content; `name` is the file as errors call it. */
export type ChooseFormat = (bytes: Buffer, name: string) => FileFormat;

/**
 * How to choose the format of a file: `asked` by name, or with `auto` by what the file begins with.
 *
 * @throws TocsinError `usage.invalid` for a name that is none; the chooser `input.unknown-format` when nothing fits.
 */
export function formatChooser(asked: string, config: NormalizeConfig): ChooseFormat {
  const formats = formatsOf(config);
  const named = formats.find(({ name }) => name === asked);
  if (named !== undefined) return () => named;
  const known = formats.map(({ name }) => name).join(', ');
  if (asked !== 'auto') throw new TocsinError('usage.invalid', `--format ${asked}: use auto, ${known}`);
  return (bytes, name) => {
    const seen = beginningOf(bytes);
    const found = seen.isUtf16 ? undefined : detect(seen.lines, formats);
    if (found !== undefined) return found;
    const shown = seen.isUtf16 ? 'is UTF-16' : `begins with ${JSON.stringify(seen.lines[0]?.slice(0, 60))}`;
    throw new TocsinError('input.unknown-format', `${name} ${shown}; formats: ${known}`);
  };
}

/** One format for each way to hold JSON, and for each CSV mapping that ships with Tocsin or stands in the config. */
function formatsOf(config: NormalizeConfig): readonly FileFormat[] {
  const mappings = config.mappings.filter(({ format }) => format === 'json');
  const json = {
    mapping: null,
    heading: () => null,
    arrivalTime: () => arrivalTimeBy({ ...config, presets: [], mappings }, null),
  };
  const shipped = Object.entries(presets).map(([name, preset]) => csvFormat(name, preset, config));
  const own = config.mappings.filter(({ format }) => format === 'csv');
  return [
    { ...json, name: 'ndjson', split: (bytes) => linesOf(bytes) },
    { ...json, name: 'json', split: valuesOf },
    ...shipped.map((format) => (format.name === 'ait-ads' ? withLeadingSeconds(format) : format)),
    ...own.map((mapping) => csvFormat(`csv:${mapping.name}`, mapping, config)),
  ];
}

/** Half of a replay's input would be the reading of times, if not for this: AIT-ADS lines begin with theirs. */
function withLeadingSeconds(format: FileFormat): FileFormat {
  return { ...format, arrivalTime: () => leadingSeconds };
}

const leadingSeconds: ArrivalTime = (bytes, start, end) => {
  let seconds = 0;
  let place = start;
  for (; place < end; place += 1) {
    const digit = (bytes[place] ?? 0) - 48;
    if (digit < 0 || digit > 9) break;
    seconds = seconds * 10 + digit;
  }
  const time = seconds * 1_000;
  return time >= earliest && time <= latest ? time : null;
};

/** What normalize takes for true at some time of this century. */
const [earliest, latest] = [Date.UTC(2000, 0), Date.UTC(2100, 0)];

const linesLookedAt = 20;

function beginningOf(bytes: Buffer) {
  const isUtf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  return { isUtf16, lines: firstLines(bytes, linesLookedAt) };
}

/** The header line of a mapping, documents line by line, or one document over several lines. */
function detect(lines: readonly string[], formats: readonly FileFormat[]): FileFormat | undefined {
  const called = (name: string) => formats.find((format) => format.name === name);
  const [first] = lines;
  if (first === undefined) return called('ndjson');
  const csv = formats.find(({ mapping }) => mapping !== null && isHeaderOf(mapping, first));
  if (csv !== undefined) return csv;
  if (isJson(first)) return called(lines.length === 1 && first.startsWith('[') ? 'json' : 'ndjson');
  // A bracket alone opens a list that is printed over several lines, though each line may be whole by itself.
  if (first !== '[' && lines.some(isJson)) return called('ndjson');
  return /^[[{]/.test(first) ? called('json') : undefined;
}

function isJson(line: string): boolean {
  try {
    const document: unknown = JSON.parse(line);
    return typeof document === 'object' && document !== null;
  } catch {
    return false;
  }
}
