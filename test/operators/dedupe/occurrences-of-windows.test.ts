import { hour, minute, second } from '../../support/dedupe-flow.ts';
import { type Case, explicit, firingEvery, resolved, tells } from './telling-case.ts';

const cases: readonly Case[] = [
  {
    name: 'a single alert is one occurrence that ends a window later',
    alerts: [{ at: 0 }],
    says: 'first final',
    occurrences: ['0-300 firing ×1'],
  },
  {
    name: 'repeats within the window are folded and counted',
    alerts: firingEvery(minute, 5),
    says: 'first final',
    occurrences: ['0-540 firing ×5'],
  },
  {
    name: 'repeats exactly one window apart belong together',
    alerts: firingEvery(5 * minute, 4),
    says: 'first final',
    occurrences: ['0-1200 firing ×4'],
  },
  {
    name: 'a millisecond more than a window apart makes two occurrences',
    alerts: [{ at: 0 }, { at: 5 * minute + 1 }],
    says: 'first first final final',
    occurrences: ['0-300 firing ×1', '300-600 firing ×1'],
  },
  {
    name: 'a resolve between two firings makes two occurrences, even within a second',
    alerts: [{ at: 0 }, { at: 60, ...resolved }, { at: 120 }],
    says: 'first resolved first final final',
    occurrences: ['0-0 resolved ×1', '0-300 firing ×1'],
  },
  {
    name: 'F at 0, R at 60 s, F at 120 s is two occurrences',
    alerts: [{ at: 0 }, { at: minute, ...resolved }, { at: 2 * minute }],
    says: 'first resolved first final final',
    occurrences: ['0-60 resolved ×1', '120-420 firing ×1'],
  },
  {
    name: 'the same on different partitions is two occurrences as well',
    alerts: [
      { at: 0, shard: 0 },
      { at: minute, shard: 1, ...resolved },
      { at: 2 * minute, shard: 2 },
    ],
    says: 'first resolved first final final',
    occurrences: ['0-60 resolved ×1', '120-420 firing ×1'],
    shards: 3,
  },
  {
    name: 'a firing at the very end of a resolve is a new occurrence',
    alerts: [{ at: 0 }, { at: minute, ...resolved }, { at: minute }],
    says: 'first resolved first final final',
    occurrences: ['0-60 resolved ×1', '60-360 firing ×1'],
  },
  {
    name: 'a resolve without a firing tells nobody',
    alerts: [{ at: 0, ...resolved }],
    says: '',
    occurrences: [],
  },
  {
    name: 'a resolve that is repeated is told once',
    alerts: [
      { at: 0 },
      { at: minute, ...resolved },
      { at: minute + 1, ...resolved },
      { at: 2 * minute, ...resolved },
    ],
    says: 'first resolved final',
    occurrences: ['0-60 resolved ×1'],
  },
  {
    name: 'a resolve that comes before its firing is told after it',
    alerts: [
      { at: 10 * second, observedAt: 10 * second, ...resolved },
      { at: 20 * second, observedAt: 0 },
    ],
    says: 'first resolved final',
    occurrences: ['0-10 resolved ×1'],
  },
  {
    name: 'a named resolve that comes before its firing is told after it',
    alerts: [
      { at: 10 * second, startsAt: 0, endsAt: 9 * second, ...resolved, ...explicit },
      { at: 20 * second, observedAt: 5 * second, startsAt: 0, ...explicit },
    ],
    says: 'first resolved final',
    occurrences: ['0-9 resolved ×1'],
  },
  {
    name: 'alerts of different names do not touch each other',
    alerts: [{ at: 0 }, { at: second, name: 'DiskFull' }, { at: 2 * second, name: 'DiskFull', ...resolved }],
    says: 'first first resolved final final',
    occurrences: ['0-300 firing ×1', '1-2 resolved ×1'],
  },
  {
    name: 'a start further back than the reach is taken as far as it reaches',
    alerts: [
      { at: 0, startsAt: -50 * hour, ...explicit },
      { at: minute, startsAt: -50 * hour, ...resolved, ...explicit },
    ],
    says: 'first resolved final',
    occurrences: ['reach-60 resolved ×1'],
  },
  {
    name: 'a start after its own observation begins with the observation',
    alerts: [
      { at: 0, startsAt: 5 * second },
      { at: 10 * second, startsAt: 15 * second },
    ],
    says: 'first final',
    occurrences: ['0-310 firing ×2'],
  },
  {
    name: 'an observation that claims to be ahead of the log is clamped to skewMs',
    alerts: [{ at: 0, observedAt: 10 * minute }],
    says: 'first final',
    occurrences: ['30-330 firing ×1'],
  },
  {
    name: 'a storm within seconds is counted exactly',
    alerts: firingEvery(7, 1_000),
    says: 'first final',
    occurrences: ['0-306 firing ×1000'],
  },
  {
    name: 'a resolve in the middle of a storm cuts it',
    alerts: [
      ...firingEvery(10, 100),
      { at: 1_005, ...resolved },
      ...firingEvery(10, 100).map(({ at }) => ({ at: at + 2_000 })),
    ],
    says: 'first resolved first final final',
    occurrences: ['0-1 resolved ×100', '2-302 firing ×100'],
  },
  {
    name: 'the outcome of a storm is the same on four partitions',
    alerts: firingEvery(7, 1_000).map((alert, n) => ({ ...alert, shard: n % 4 })),
    says: 'first final',
    occurrences: ['0-306 firing ×1000'],
    shards: 4,
  },
];

tells('windows, resolves, storms', cases);
