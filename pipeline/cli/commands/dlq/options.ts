import type { Command as Commander } from 'commander';
import { catalogue, TocsinError } from '../../../../schemas/errors.ts';
import type { LetterFilter, LetterPlace } from '../../../dead-letters/index.ts';
import { type Invocation, optionText } from '../../command.ts';
import { sinceOf } from '../../since-option.ts';
import { wholeNumber } from '../../speed-option.ts';

export function addFilterOptions(commander: Commander): void {
  commander
    .option('--code <codes>', 'only these error codes, joined by commas')
    .option('--since <time>', 'only records from then on: a span such as 90m or 7d, or an ISO 8601 time')
    .option('--limit <n>', 'at most so many records, the oldest ones')
    .option('--offset <offsets>', 'only those at these offsets of the dead-letter topic, joined by commas');
}

/** @throws TocsinError `usage.invalid` */
export function filterOf(invocation: Invocation, now: number): LetterFilter {
  const [codes, since, limit, offsets] = ['code', 'since', 'limit', 'offset'].map((name) =>
    optionText(invocation, name),
  );
  return {
    ...(codes === undefined ? {} : { codes: codes.split(',').map(codeOf) }),
    ...(since === undefined ? {} : { since: sinceOf(since, now) }),
    ...(limit === undefined ? {} : { limit: wholeNumber('--limit', limit, [1, 1_000_000_000]) }),
    ...(offsets === undefined ? {} : { offsets: offsets.split(',').map(offsetOf) }),
  };
}

/** `12`, or `alerts.raw.v1/3@120` as logs name places. @throws TocsinError `usage.invalid` */
export function letterPlaceOf(text: string): LetterPlace {
  if (/^\d+$/.test(text)) return { offset: Number(text) };
  const [, topic, partition, offset] = /^([\w.-]+)\/(\d+)@(\d+)$/.exec(text) ?? [];
  if (topic === undefined)
    throw new TocsinError('usage.invalid', `${text}: use an offset such as 12, or topic/partition@offset`);
  return { source: { topic, partition: Number(partition), offset: Number(offset) } };
}

function codeOf(text: string): string {
  const code = text.trim();
  // Somebody else may have written letters without a code of ours.
  if (Object.hasOwn(catalogue, code) || code === 'unknown') return code;
  const known = Object.keys(catalogue).filter((each) => each.startsWith('record.'));
  throw new TocsinError('usage.invalid', `--code ${code}: use some of ${known.join(', ')}, unknown`);
}

function offsetOf(text: string): number {
  return wholeNumber('--offset', text.trim(), [0, Number.MAX_SAFE_INTEGER]);
}
