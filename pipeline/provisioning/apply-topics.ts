import type { Admin, TopicSettings } from '../broker/index.ts';
import { planTopics, type Remedy, type TopicDifference } from './plan-topics.ts';
import type { Cluster } from './topic-requirements.ts';

/** What can be asked of a cluster about topics. */
export type TopicAdmin = Pick<
  Admin,
  'alterTopic' | 'brokerCount' | 'describeTopics' | 'ensureTopics' | 'growTopic'
>;

export interface Applied {
  readonly done: readonly TopicDifference[];
  /** What needs somebody to decide. */
  readonly left: readonly TopicDifference[];
}

export async function findTopics(admin: TopicAdmin, wanted: readonly TopicSettings[]): Promise<Cluster> {
  const found = await admin.describeTopics(wanted.map(({ name }) => name));
  return { found, brokers: await admin.brokerCount() };
}

/**
 * Creates what is missing and alters configs; adds partitions to the raw topic only when asked to. Can be repeated: each
 * step does nothing where it was done before.
 */
export async function applyTopics(
  admin: TopicAdmin,
  wanted: readonly TopicSettings[],
  { growsRaw }: { readonly growsRaw: boolean },
): Promise<Applied> {
  const first = planTopics(wanted, await findTopics(admin, wanted));
  const created = first.filter(isRemedy('create'));
  const isCreated = ({ name }: TopicSettings): boolean => created.some(({ topic }) => topic === name);
  await admin.ensureTopics(wanted.filter(isCreated));
  // Looked at again: a new topic has the cluster's defaults for whatever was not said when it was made.
  const plan = created.length === 0 ? first : planTopics(wanted, await findTopics(admin, wanted));
  const altered = plan.filter(isRemedy('alter'));
  for (const [topic, configs] of configsByTopic(altered)) await admin.alterTopic(topic, configs);
  const grown = growsRaw ? plan.filter(isRemedy('grow')) : [];
  for (const { topic, value } of grown) await admin.growTopic(topic, Number(value));
  const done = [...created, ...altered, ...grown];
  const isLeft = (one: TopicDifference): boolean => one.remedy !== 'create' && !done.includes(one);
  return { done, left: plan.filter(isLeft) };
}

function isRemedy(remedy: Remedy): (difference: TopicDifference) => boolean {
  return (difference) => difference.remedy === remedy;
}

function configsByTopic(
  altered: readonly TopicDifference[],
): ReadonlyMap<string, Readonly<Record<string, string>>> {
  const byTopic = new Map<string, Record<string, string>>();
  for (const { topic, what, value } of altered) byTopic.set(topic, { ...byTopic.get(topic), [what]: value });
  return byTopic;
}
