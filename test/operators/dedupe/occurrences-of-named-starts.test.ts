import { hour, minute, second } from '../../support/dedupe-flow.ts';
import { type Case, explicit, firingEvery, resolved, tells, timeout } from './telling-case.ts';

const cases: readonly Case[] = [
  {
    name: 'two Prometheus replicas with starts seconds apart are one occurrence',
    alerts: [
      { at: 10 * second, startsAt: 0, ...timeout },
      { at: 12 * second, startsAt: 3 * second, ...timeout },
      { at: 70 * second, startsAt: 0, ...timeout },
      { at: 72 * second, startsAt: 3 * second, ...timeout },
    ],
    says: 'first timed-out',
    occurrences: ['0-372 resolved ×4'],
  },
  {
    name: 'the replica that started earlier but reports later moves the start, and the old name is merged',
    alerts: [
      { at: 10 * second, startsAt: 3 * second, ...timeout },
      { at: 12 * second, startsAt: 0, ...timeout },
    ],
    says: 'first merged timed-out',
    occurrences: ['0-312 resolved ×2'],
  },
  {
    name: 'the second replica resolving seconds after the first is a repeated resolve',
    alerts: [
      { at: 10 * second, startsAt: 0, ...explicit },
      { at: 12 * second, startsAt: 3 * second, ...explicit },
      { at: 130 * second, startsAt: 0, endsAt: 120 * second, ...resolved, ...explicit },
      { at: 134 * second, startsAt: 3 * second, endsAt: 123 * second, ...resolved, ...explicit },
    ],
    says: 'first resolved final',
    occurrences: ['0-120 resolved ×2'],
  },
  {
    name: 'a replica still firing right after the resolve of the other is of the resolved period',
    alerts: [
      { at: 10 * second, startsAt: 0, ...explicit },
      { at: 100 * second, startsAt: 0, endsAt: 100 * second, ...resolved, ...explicit },
      { at: 130 * second, startsAt: 3 * second, ...explicit },
    ],
    says: 'first resolved final',
    occurrences: ['0-100 resolved ×2'],
  },
  {
    name: 'a replica still firing long after the resolve of the other is a new occurrence from there on',
    alerts: [
      { at: 10 * second, startsAt: 0, ...explicit },
      { at: 100 * second, startsAt: 0, endsAt: 100 * second, ...resolved, ...explicit },
      { at: 161 * second, startsAt: 3 * second, ...explicit },
    ],
    says: 'first resolved first final timed-out',
    occurrences: ['0-100 resolved ×1', '100-86561 resolved ×1'],
  },
  {
    name: 'a run of the other replica that reaches past the time a resolve is waited for is cut there',
    alerts: [
      { at: 10 * second, startsAt: 0, ...explicit },
      { at: 100 * second, startsAt: 0, endsAt: 100 * second, ...resolved, ...explicit },
      { at: 130 * second, startsAt: 3 * second, ...explicit },
      { at: 161 * second, startsAt: 3 * second, ...explicit },
    ],
    says: 'first resolved first final timed-out',
    occurrences: ['0-100 resolved ×2', '100-86561 resolved ×1'],
  },
  {
    name: 'a named re-fire after a resolve is a new occurrence',
    alerts: [
      { at: 0, startsAt: -5 * second, ...explicit },
      { at: minute, startsAt: -5 * second, endsAt: 50 * second, ...resolved, ...explicit },
      { at: 65 * second, startsAt: 55 * second, ...explicit },
      { at: 95 * second, startsAt: 55 * second, endsAt: 90 * second, ...resolved, ...explicit },
    ],
    says: 'first resolved first resolved final final',
    occurrences: ['-5-50 resolved ×1', '55-90 resolved ×1'],
  },
  {
    name: 'a resolve known late ends the period at its real end, and what fired since is new',
    alerts: [
      { at: 0, ...explicit },
      { at: 200 * second, ...explicit },
      { at: 310 * second, endsAt: 100 * second, ...resolved, ...explicit },
    ],
    says: 'first resolved first final timed-out',
    occurrences: ['0-100 resolved ×1', '200-86600 resolved ×1'],
  },
  {
    name: 'a resolve reaches back no further than resolveReachMs',
    alerts: [
      ...firingEvery(5 * minute, 13, explicit),
      { at: hour + 30 * second, endsAt: 0, startsAt: -1, ...resolved, ...explicit },
    ],
    says: 'first reminder resolved first final timed-out',
    occurrences: ['0-2700 resolved ×9', '2700-90000 resolved ×4'],
  },
  {
    name: 'an explicit source is believed for a day and then timed out',
    alerts: [{ at: 0, ...explicit }],
    says: 'first timed-out',
    occurrences: ['0-86400 resolved ×1'],
  },
  {
    name: 'an explicit source that says nothing for hours is still one occurrence',
    alerts: [
      { at: 0, ...explicit },
      { at: 4 * hour, ...explicit },
      { at: 8 * hour, ...resolved, ...explicit },
    ],
    says: 'first reminder resolved final',
    occurrences: ['0-28800 resolved ×2'],
  },
  {
    name: 'a timeout source is over at the end it named',
    alerts: [{ at: 0, endsAt: 4 * minute, ...timeout }],
    says: 'first timed-out',
    occurrences: ['0-240 resolved ×1'],
  },
  {
    name: 'a timeout source that names no end is over after resolveAfterMs',
    alerts: [{ at: 0, ...timeout }],
    says: 'first timed-out',
    occurrences: ['0-120 resolved ×1'],
    config: { resolveAfterMs: 2 * minute },
  },
  {
    name: 'a timeout source whose ends keep moving is one occurrence',
    alerts: Array.from({ length: 10 }, (_, n) => ({ at: n * minute, endsAt: (n + 4) * minute, ...timeout })),
    says: 'first timed-out',
    occurrences: ['0-780 resolved ×10'],
  },
  {
    name: 'a timeout source with a silence longer than its ends is two occurrences',
    alerts: [
      { at: 0, endsAt: minute, ...timeout },
      { at: 2 * minute, endsAt: 3 * minute, ...timeout },
    ],
    says: 'first first timed-out timed-out',
    occurrences: ['0-60 resolved ×1', '120-180 resolved ×1'],
  },
  {
    name: 'a period that a timeout source names again after its time-out goes on from the end, not from the start',
    alerts: [
      { at: 10 * second, startsAt: 0, endsAt: minute, ...timeout },
      { at: 5 * minute, startsAt: 0, endsAt: 6 * minute, ...timeout },
    ],
    says: 'first first timed-out timed-out',
    occurrences: ['0-60 resolved ×1', '60-360 resolved ×1'],
  },
  {
    name: 'a named start shortly after the time-out still joins the period it names',
    alerts: [
      { at: 10 * second, startsAt: 0, endsAt: minute, ...timeout },
      { at: 90 * second, startsAt: 0, endsAt: 2 * minute, ...timeout },
    ],
    says: 'first timed-out',
    occurrences: ['0-120 resolved ×2'],
  },
  {
    name: 'a real end beats a timed-out one',
    alerts: [
      { at: 0, startsAt: -second, endsAt: minute, ...timeout },
      { at: 75 * second, startsAt: -second, endsAt: 70 * second, ...resolved, ...timeout },
    ],
    says: 'first resolved final',
    occurrences: ['-1-70 resolved ×1'],
  },
  {
    name: 'an unnamed resolve after the time-out ends nothing',
    alerts: [
      { at: 0, endsAt: minute, ...timeout },
      { at: 75 * second, ...resolved, ...timeout },
    ],
    says: 'first timed-out',
    occurrences: ['0-60 resolved ×1'],
  },
  {
    name: 'a window source may resolve as well',
    alerts: [{ at: 0 }, { at: 2 * minute }, { at: 3 * minute, ...resolved }],
    says: 'first resolved final',
    occurrences: ['0-180 resolved ×2'],
  },
];

tells('replicas, named starts, ends of sources', cases);
