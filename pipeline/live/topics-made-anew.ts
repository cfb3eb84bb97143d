import { TocsinError } from '../../schemas/errors.ts';
import { type TopicId, topics } from '../../schemas/topics.ts';
import type { Admin } from '../broker/index.ts';
import type { TopicIds } from '../state/index.ts';

/** What each topic's records, or our marks in them, name offsets of. */
const speaksOf = {
  reduced: ['raw', 'control'],
  enriched: ['reduced'],
  suppressed: ['reduced'],
  incidents: ['reduced'],
  aggregates: ['reduced'],
  decisions: ['reduced'],
  snapshots: ['reduced'],
  overflow: ['raw'],
  deadLetters: ['raw'],
  handledLetters: ['raw'],
} as const satisfies Partial<Record<TopicId, readonly TopicId[]>>;

/** Topics whose offsets the stored state holds. */
const stateSpeaksOf = ['raw', 'reduced', 'control'] as const;

export async function topicIdsOf(admin: Pick<Admin, 'topicIds'>): Promise<TopicIds> {
  const ids = Object.keys(topics) as TopicId[];
  const found = await admin.topicIds(ids.map((id) => topics[id].name));
  return Object.fromEntries(ids.flatMap((id, index) => (found[index] ? [[id, found[index]]] : [])));
}

/** What was done to the topics of the stored state since. */
export interface MadeAnew {
  /** Those of them that the state speaks of: its offsets mean other records now. */
  readonly topics: readonly TopicId[];
  /** Those that speak of the records of before: new ones would be taken for repeats of them. */
  readonly stale: readonly TopicId[];
}

export function madeAnew(stored: TopicIds, found: TopicIds): MadeAnew {
  const isAnew = (id: TopicId): boolean =>
    stored[id] !== undefined && found[id] !== undefined && stored[id] !== found[id];
  const isStale = ([id, sources]: readonly [string, readonly TopicId[]]): boolean =>
    sources.some((source) => isAnew(source) || stale.has(source)) && !isAnew(id as TopicId);
  const stale = new Set<TopicId>();
  // In the order of the flow: what stands on a stale topic is stale with it.
  for (const entry of Object.entries(speaksOf)) if (isStale(entry)) stale.add(entry[0] as TopicId);
  return { topics: stateSpeaksOf.filter(isAnew), stale: [...stale] };
}

export function refusalOfAnew({ topics: anew, stale }: MadeAnew): TocsinError {
  const namesOf = (ids: readonly TopicId[]): string => ids.map((id) => topics[id].name).join(', ');
  const rest = stale.length === 0 ? '' : `; not made anew with it: ${namesOf(stale)}`;
  return new TocsinError('state.other-topic', `${namesOf(anew)}${rest}`);
}
