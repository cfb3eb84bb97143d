import { describe, expect, test } from 'vitest';
import { EmbeddedBroker } from '../../../pipeline/broker/index.ts';
import { applyTopics, findTopics, planTopics } from '../../../pipeline/provisioning/index.ts';
import { VirtualClock } from '../../../pipeline/time/index.ts';
import { topics } from '../../../schemas/topics.ts';
import { wantedTopics } from './topics-found.ts';

const keepsRaw = { growsRaw: false };

function openAdmin() {
  return new EmbeddedBroker({ clock: new VirtualClock(0) }).admin;
}

const leftOn = async (admin: ReturnType<typeof openAdmin>) =>
  planTopics(wantedTopics, await findTopics(admin, wantedTopics));

describe('applying', () => {
  test('an empty cluster comes to have everything, and a second time finds nothing to do', async () => {
    const admin = openAdmin();
    const { done, left } = await applyTopics(admin, wantedTopics, keepsRaw);
    expect(done.filter(({ remedy }) => remedy === 'create').map(({ topic }) => topic)).toEqual(
      wantedTopics.map(({ name }) => name),
    );
    expect(left).toEqual([]);
    expect(await leftOn(admin)).toEqual([]);
    expect(await applyTopics(admin, wantedTopics, keepsRaw)).toEqual({ done: [], left: [] });
  });

  test('configs of what exists are altered, and those that nobody asked about stay', async () => {
    const admin = openAdmin();
    await applyTopics(admin, wantedTopics, keepsRaw);
    await admin.alterTopic(topics.raw.name, { 'cleanup.policy': 'compact', 'segment.bytes': '1000000' });
    const { done } = await applyTopics(admin, wantedTopics, keepsRaw);
    expect(done).toMatchObject([{ topic: topics.raw.name, what: 'cleanup.policy', value: 'delete' }]);
    const [raw] = await admin.describeTopics([topics.raw.name]);
    expect(raw?.configs).toMatchObject({ 'cleanup.policy': 'delete', 'segment.bytes': '1000000' });
  });

  test.each([
    ['left alone', false, 4, 1],
    ['grown where that is asked for', true, 6, 0],
  ])('a raw topic with too few partitions is %s', async (_name, growsRaw, partitions, leftOver) => {
    const admin = openAdmin();
    const wider = wantedTopics.map((topic) =>
      topic.name === topics.raw.name ? { ...topic, partitions: 4 } : topic,
    );
    await applyTopics(admin, wider, keepsRaw);
    const { left } = await applyTopics(admin, wantedTopics, { growsRaw });
    expect(left).toHaveLength(leftOver);
    expect(await admin.partitions(topics.raw.name)).toBe(partitions);
  });

  test('a reduced topic of another width is never touched', async () => {
    const admin = openAdmin();
    const narrow = wantedTopics.map((topic) => ({ ...topic, partitions: Math.min(topic.partitions, 2) }));
    await applyTopics(admin, narrow, keepsRaw);
    const { done, left } = await applyTopics(admin, wantedTopics, { growsRaw: true });
    expect(done.map(({ topic }) => topic)).toEqual([topics.raw.name, topics.overflow.name]);
    expect(left.length).toBeGreaterThan(4);
    expect(await admin.partitions(topics.reduced.name)).toBe(2);
  });
});
