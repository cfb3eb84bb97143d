import { hour, minute, second } from '../../support/dedupe-flow.ts';
import { type Case, critical, explicit, firingEvery, resolved, tells, timeout } from './telling-case.ts';

const cases: readonly Case[] = [
  {
    name: 'a change of severity passes as an update, back and forth',
    alerts: [{ at: 0 }, { at: second, ...critical }, { at: 2 * second }, { at: 3 * second, ...critical }],
    says: 'first update update update final',
    occurrences: ['0-303 firing ×4'],
  },
  {
    name: 'a change of severity on another partition passes as an update',
    alerts: [
      { at: 0, shard: 0 },
      { at: second, shard: 1, ...critical },
    ],
    says: 'first update final',
    occurrences: ['0-301 firing ×2'],
    shards: 2,
  },
  {
    name: 'an older severity that arrives later is no update',
    alerts: [
      { at: 10 * second, observedAt: 10 * second, ...critical },
      { at: 11 * second, observedAt: 5 * second },
    ],
    says: 'first merged final',
    occurrences: ['5-310 firing ×2'],
  },
  {
    name: 'a change of text that nobody watches is folded',
    alerts: [
      { at: 0, text: 'a' },
      { at: second, text: 'b' },
    ],
    says: 'first final',
    occurrences: ['0-301 firing ×2'],
  },
  {
    name: 'a severity that changes in the resolve is told with it',
    alerts: [{ at: 0 }, { at: second, ...resolved, ...critical }],
    says: 'first resolved final',
    occurrences: ['0-1 resolved ×1'],
  },
  {
    name: 'an observation an hour after the last telling is a reminder',
    alerts: firingEvery(5 * minute, 13),
    says: 'first reminder final',
    occurrences: ['0-3900 firing ×13'],
  },
  {
    name: 'an update puts the reminder off',
    alerts: [
      ...firingEvery(5 * minute, 10),
      { at: 50 * minute, ...critical },
      { at: 55 * minute, ...critical },
      { at: hour, ...critical },
    ],
    says: 'first update final',
    occurrences: ['0-3900 firing ×13'],
  },
  {
    name: 'the second reminder comes an hour after the first',
    alerts: firingEvery(5 * minute, 25),
    says: 'first reminder reminder final',
    occurrences: ['0-7500 firing ×25'],
  },
  {
    name: 'a resolved occurrence is not reminded of',
    alerts: [
      { at: 0, ...explicit },
      { at: minute, ...resolved, ...explicit },
      { at: 2 * hour, ...resolved, ...explicit },
    ],
    says: 'first resolved final',
    occurrences: ['0-60 resolved ×1'],
  },
  {
    name: 'an alert that joins two told occurrences merges the later one into the earlier',
    alerts: [
      { at: 0, observedAt: 0, ...timeout, endsAt: 30 * second },
      { at: 50 * second, observedAt: 50 * second, ...timeout, endsAt: 80 * second },
      { at: 70 * second, observedAt: 25 * second, ...timeout, endsAt: 60 * second },
    ],
    says: 'first first merged timed-out',
    occurrences: ['0-80 resolved ×3'],
  },
  {
    name: 'an alert from behind that starts the period earlier renames it',
    alerts: [
      { at: 40 * second, observedAt: 40 * second },
      { at: 41 * second, observedAt: 0 },
    ],
    says: 'first merged final',
    occurrences: ['0-340 firing ×2'],
  },
  {
    name: 'an alert of thirty hours is cut at the cap, told once, and reminded of every hour',
    alerts: firingEvery(30 * minute, 61, explicit),
    says: `first ${'reminder '.repeat(23)}final ${'reminder '.repeat(7)}timed-out`,
    occurrences: ['cut', 'cut'],
  },
];

tells('updates, reminders, mergers, cuts', cases);
