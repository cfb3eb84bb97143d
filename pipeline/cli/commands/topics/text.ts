import type { Remedy, TopicDifference } from '../../../provisioning/index.ts';
import { table } from '../../print.ts';

const remedies: Readonly<Record<Remedy, string>> = {
  create: 'create',
  alter: 'alter',
  grow: '--grow-raw',
  'by-hand': 'by hand',
};

export function differencesText(differences: readonly TopicDifference[]): string {
  const columns = ['topic', 'what', 'found', 'wanted', 'apply'].map((title) => ({ title }));
  const rows = differences.map(({ topic, what, found, wanted, remedy }) => [
    ...[topic, what, found, wanted],
    remedies[remedy],
  ]);
  return table(columns, rows);
}

/** What to know about them, each thing once. */
export function hintsText(differences: readonly TopicDifference[]): string {
  const hints = new Set(
    differences.flatMap(({ topic, what, hint }) => (hint === '' ? [] : [`${topic}, ${what}: ${hint}\n`])),
  );
  return [...hints].join('');
}
