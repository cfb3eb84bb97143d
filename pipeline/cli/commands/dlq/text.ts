import { type LetterGroup, placeText } from '../../../dead-letters/index.ts';
import { number, table } from '../../print.ts';

/** A line per code and state, then what the newest letter of each says. */
export function groupsText(groups: readonly LetterGroup[]): string {
  const hasHandled = groups.some(({ state }) => state !== 'open');
  const right = (title: string) => ({ title, align: 'right' }) as const;
  const columns = [
    ...[{ title: 'code' }, ...(hasHandled ? [{ title: 'state' }] : []), right('letters'), right('records')],
    ...[{ title: 'oldest' }, { title: 'newest' }, right('sample')],
  ];
  const rows = groups.map(({ code, state, letters, records, oldest, newest, sample }) => [
    ...[code, ...(hasHandled ? [state] : []), number(letters), number(records)],
    ...[new Date(oldest).toISOString(), new Date(newest).toISOString(), String(sample.offset)],
  ]);
  const samples = groups.map(
    ({ sample: { offset, source, message } }) => `${offset}, from ${placeText(source)}: ${message}\n`,
  );
  return `${table(columns, rows)}\n${samples.join('')}`;
}
