import { describe, expect, it } from 'vitest';
import { type Generated, generate } from '../../../pipeline/demo/index.ts';

const startAt = Date.UTC(2026, 0, 5, 9);
const minuteMs = 60_000;
const seeds = [1, 2, 3, 4, 5];

const told = new Map<string, Generated>();

/** A story, told once for all tests. */
function story(seed: number, minutes = 60): Generated {
  const key = `${seed}/${minutes}`;
  const known = told.get(key) ?? generate({ seed, startAt, minutes });
  told.set(key, known);
  return known;
}

const printed = (generated: Generated) =>
  records(generated)
    .map(({ at, value }) => `${at} ${Buffer.from(value ?? []).toString('latin1')}`)
    .join('\n');

function records({ arrivals }: Generated) {
  return Array.from({ length: arrivals.length }, (_, index) => arrivals.at(index));
}

describe('the generator', () => {
  it('tells the same story for the same seed, byte for byte', () => {
    const [once, again] = [
      generate({ seed: 7, startAt, minutes: 20 }),
      generate({ seed: 7, startAt, minutes: 20 }),
    ];
    expect(printed(once)).toBe(printed(again));
    expect(once.incidents).toEqual(again.incidents);
  });

  it('tells another story for another seed', () => {
    const starts = seeds.map((seed) => JSON.stringify(story(seed).incidents));
    expect(new Set(starts).size).toBe(seeds.length);
  });

  it.each(seeds)(
    'seed %i: records come in the order of their times, within the story and a minute behind it',
    (seed) => {
      const times = records(story(seed)).map(({ at }) => at);
      expect(times).toEqual([...times].sort((a, b) => a - b));
      expect(times[0]).toBeGreaterThanOrEqual(startAt);
      // A flap or a restart that began in time goes on for a while.
      expect(times.at(-1)).toBeLessThan(startAt + 62 * minuteMs);
    },
  );

  it.each(seeds)('seed %i: every failure is reported, some from several services', (seed) => {
    const { incidents, conditions } = story(seed);
    for (const { number, rootService } of incidents) {
      const services = conditions
        .filter(({ incident }) => incident === number)
        .map(({ service }) => service.name);
      expect(services).toContain(rootService);
    }
    const widest = incidents.map(
      ({ number }) =>
        new Set(conditions.filter(({ incident }) => incident === number).map(({ service }) => service.name))
          .size,
    );
    expect(Math.max(...widest)).toBeGreaterThanOrEqual(4);
  });

  it('is not made easy: noise hits services while they fail, and causes are seen after their symptoms', () => {
    let [noiseAtFailure, causesSeenLate] = [0, 0];
    for (const { incidents, conditions } of seeds.map((seed) => story(seed))) {
      for (const { number, rootService, from, to } of incidents) {
        const own = conditions.filter(({ incident }) => incident === number);
        const affected = new Set(own.map(({ service }) => service.name));
        noiseAtFailure += conditions.filter(
          (one) => one.incident === null && affected.has(one.service.name) && one.from < to && one.to > from,
        ).length;
        const causes = own.filter(({ service }) => service.name === rootService).map((one) => one.from);
        const symptoms = own.filter(({ service }) => service.name !== rootService).map((one) => one.from);
        if (symptoms.length > 0 && Math.min(...symptoms) < Math.min(...causes)) causesSeenLate += 1;
      }
    }
    expect(noiseAtFailure).toBeGreaterThan(seeds.length * 5);
    expect(causesSeenLate).toBeGreaterThan(seeds.length);
  });

  it('has flapping, restarts, blips that cry wolf, and records that are no alerts', () => {
    const { conditions, poisonCount } = story(2);
    const noise = conditions.filter(({ incident }) => incident === null);
    expect(noise.filter(({ name }) => name === 'LinkUnstable').length).toBeGreaterThan(20);
    expect(new Set(noise.map(({ severity }) => severity)).size).toBeGreaterThanOrEqual(4);
    expect(poisonCount).toBe(6);
  });

  it('tells as much as there is time for', () => {
    expect(story(1, 10).arrivals.length).toBeLessThan(story(1, 60).arrivals.length / 2);
    expect(story(1, 10).incidents.length).toBeGreaterThan(0);
  });
});
