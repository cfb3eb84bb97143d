import { describe, expect, test } from 'vitest';
import {
  encoderOf,
  identityOf,
  loadNames,
  loadOf,
  Workload,
  windowMs,
} from '../../../bench/peers/workload.ts';
import { codecs } from '../../../schemas/avro/index.ts';

const now = Date.UTC(2026, 0, 1);
const alerts = 400_000;

describe.each(loadNames)('load %s', (name) => {
  const load = loadOf(name, alerts, now);

  test('draws the same alerts each time', () => {
    const [a, b] = [new Workload({ ...load, alerts: 1_000 }), new Workload({ ...load, alerts: 1_000 })];
    expect([...a.draw()]).toEqual([...b.draw()]);
  });

  test('has nine repeats of ten once it is under way, and times that never go back', () => {
    const seen = new Set<string>();
    let firsts = 0;
    let last = 0;
    let isOrdered = true;
    let index = 0;
    for (const { at, alert } of new Workload(load).draw()) {
      const key = `${identityOf(alert)}/${Math.floor(at / windowMs)}`;
      if (!seen.has(key) && index >= alerts / 2) firsts += 1;
      seen.add(key);
      isOrdered &&= at >= last;
      last = at;
      index += 1;
    }
    expect(isOrdered).toBe(true);
    expect(firsts / (alerts / 2)).toBeCloseTo(0.1, 2);
    expect(last).toBeLessThan(now);
  });
});

test('both formats say the same', () => {
  const [drawn] = new Workload(loadOf('steady', 1, now)).draw();
  if (drawn === undefined) throw new Error('nothing was drawn');
  const { alert } = drawn;
  const json = JSON.parse(String(encoderOf('json', 1)(alert)));
  expect({ startsAt: null, endsAt: null, value: null, ...json }).toEqual(alert);
  expect(codecs.raw.decode(encoderOf('avro', 1)(alert), 5)).toEqual(alert);
});
