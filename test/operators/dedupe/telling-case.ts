import { describe, expect, it } from 'vitest';
import type { LateAlert, Partial as PartialFact } from '../../../schemas/reduced.ts';
import {
  accountedFor,
  finals,
  flow,
  hour,
  reduceAll,
  type SentDraft,
  said,
  second,
  sent,
} from '../../support/dedupe-flow.ts';

/** Every statement that one shard makes of these alerts, flushed after each so that all versions are there. */
export function statements(drafts: readonly SentDraft[], flushEvery?: number): (PartialFact | LateAlert)[] {
  const options = flushEvery === undefined ? {} : { flushEvery };
  const [log = []] = reduceAll(
    drafts.map((draft) => sent(draft)),
    { idleMs: hour, ...options },
  );
  return log.flatMap(({ fact }) => (fact.kind === 'claim' ? [] : [fact]));
}

export interface Case {
  readonly name: string;
  readonly alerts: readonly SentDraft[];
  /** Reasons of all tellings, in order. */
  readonly says: string;
  /** `start-end status ×count` of each occurrence in seconds after noon. */
  readonly occurrences: readonly string[];
  readonly shards?: number;
  readonly config?: Readonly<Record<string, unknown>>;
}

export const resolved = { status: 'resolved' } as const;
export const explicit = { ending: 'explicit' } as const;
export const timeout = { ending: 'timeout' } as const;
export const critical = { severity: 'critical' } as const;

export const firingEvery = (everyMs: number, count: number, draft: Partial<SentDraft> = {}): SentDraft[] =>
  Array.from({ length: count }, (_, n) => ({ at: n * everyMs, ...draft }));

const secondsOf = (ms: number | null) => (ms === null ? 'open' : Math.floor(ms / second));

/** Each case, told and accounted for. */
export function tells(what: string, cases: readonly Case[]): void {
  describe(`what is told of alerts, and as which occurrences: ${what}`, () => {
    it.each(cases)('$name', ({ alerts, says, occurrences, shards, config }) => {
      const told = flow(alerts.map(sent), { shards: shards ?? 1, config: config ?? {}, idleMs: 60 * hour });
      expect(said(told).join(' ')).toBe(says);
      const described = finals(told).map(
        ({ startsAt, firstSeen, endsAt, status, count }) =>
          `${secondsOf(startsAt ?? firstSeen)}-${secondsOf(endsAt)} ${status} ×${count}`,
      );
      if (occurrences.includes('cut')) expect(described).toHaveLength(occurrences.length);
      else if (occurrences[0]?.startsWith('reach')) {
        const start = finals(told)[0]?.startsAt ?? 0;
        expect(start).toBeGreaterThan(-25 * hour);
        expect(start).toBeLessThanOrEqual(-22 * hour);
      } else expect(described).toEqual(occurrences);
      expect(accountedFor(told)).toBe(alerts.length);
    });
  });
}
