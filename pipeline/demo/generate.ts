import { codecs } from '../../schemas/avro/index.ts';
import type { Arrivals } from '../replay/index.ts';
import { cascade } from './cascade.ts';
import { noise } from './noise.ts';
import { payloadOf, poison, type Report } from './payload.ts';
import { type Random, randomOf } from './random.ts';
import { schedule } from './schedule.ts';
import type { Condition, Story } from './story.ts';

export interface GeneratorOptions {
  readonly seed: number;
  readonly startAt: number;
  readonly minutes: number;
}

export interface Generated extends Story {
  readonly arrivals: Arrivals;
  /** Records that are not alerts. */
  readonly poisonCount: number;
}

/** An hour in the life of a company, told by its alerts: the same seed tells the same hour. */
export function generate({ seed, startAt, minutes }: GeneratorOptions): Generated {
  const random = randomOf(seed);
  const span = { from: startAt, to: startAt + minutes * 60_000 };
  const incidents = schedule(span, random.fork());
  const cascades = random.fork();
  const conditions = [
    ...incidents.flatMap((incident) => cascade(incident, cascades.fork())),
    ...noise(span, random.fork()),
  ];
  const reporting = random.fork();
  const reports = conditions.flatMap((condition) => reportsOf(condition, reporting.fork()));
  const records = [
    ...reports.map((report) => ({ at: report.at, value: payloadOf(report) })),
    ...poison.map((value) => ({ at: random.int(span.from, span.to), value })),
  ].sort((a, b) => a.at - b.at);
  const [first] = records;
  const at = (index: number) => records[index] ?? first ?? { at: 0, value: new Uint8Array() };
  return { incidents, conditions, arrivals: { length: records.length, at }, poisonCount: poison.length };
}

/** Reported at once, again while it holds, and once when it is over. */
function reportsOf(condition: Condition, random: Random): readonly Report[] {
  const reports: Report[] = [];
  for (let at = condition.from; at < condition.to; at += condition.everyMs + random.int(-1_000, 1_000))
    reports.push({ condition, at, status: 'firing', value: measured(condition, random) });
  reports.push({ condition, at: condition.to, status: 'resolved', value: null });
  return reports;
}

function measured({ value }: Condition, random: Random): number | null {
  if (value === null) return null;
  return Math.round((value.base + (random.next() - 0.5) * value.spread) * 100) / 100;
}

/** The schema that `payloadOf` frames with must be the first one registered; the embedded profile does that. */
export const firstSubject = codecs.raw.subject;
