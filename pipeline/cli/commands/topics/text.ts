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

/** What to know about them, a line per hint, with what it is about. */
export function hintsText(differences: readonly TopicDifference[]): string {
  const topicsOf = new Map<string, string[]>();
  for (const { topic, what, hint } of differences) {
    if (hint === '') continue;
    const about = `${what}: ${hint}`;
    topicsOf.set(about, [...(topicsOf.get(about) ?? []), topic]);
  }
  return Array.from(topicsOf, ([about, names]) => `${names.join(', ')}: ${about}\n`).join('');
}
