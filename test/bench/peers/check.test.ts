import { describe, expect, test } from 'vitest';
import { bookOf, checkPassed } from '../../../bench/peers/check.ts';
import { encoderOf, identityOf, loadOf, Workload, windowMs } from '../../../bench/peers/workload.ts';
import { EmbeddedBroker } from '../../../pipeline/broker/index.ts';
import { VirtualClock } from '../../../pipeline/time/index.ts';
import type { RawAlert } from '../../../schemas/alert.ts';

const now = Date.UTC(2026, 0, 1);
const load = { ...loadOf('steady', 2_000, now), live: 50, msPerAlert: 500 };
const topic = 'passed';

/** What a peer forwards that does its work. */
function firsts(): RawAlert[] {
  const seen = new Set<string>();
  return [...new Workload(load).draw()].flatMap(({ at, alert }) => {
    const key = `${identityOf(alert)}/${Math.floor(at / windowMs)}`;
    if (seen.has(key)) return [];
    seen.add(key);
    return [alert];
  });
}

async function checkOf(passed: readonly RawAlert[]) {
  const broker = new EmbeddedBroker({ clock: new VirtualClock(now) });
  await broker.admin.ensureTopics([
    { name: topic, partitions: 2, timestamps: 'CreateTime', cleanup: 'delete', retentionMs: 1e12 },
  ]);
  const encode = encoderOf('json', 0);
  await broker
    .producer()
    .send(passed.map((alert) => ({ topic, key: Buffer.from(identityOf(alert)), value: encode(alert) })));
  return checkPassed(broker, { topic, format: 'json' }, bookOf(load));
}

describe('what a peer forwarded is compared with the load', () => {
  test('the first alert of each identity in each window is right', async () => {
    const right = firsts();
    expect(await checkOf(right)).toEqual({ wanted: right.length, records: right.length, wrong: 0 });
  });

  test('a missing one, one told twice and another first are wrong', async () => {
    const [missing, twice, other, ...rest] = firsts();
    if (missing === undefined || twice === undefined || other === undefined) throw new Error('too few');
    const { wrong } = await checkOf([twice, twice, { ...other, id: 'later' }, ...rest]);
    expect(wrong).toBe(3);
  });
});
