import type { EmitReason } from '../../schemas/alert.ts';
import { canonical } from '../../schemas/identity.ts';
import { countOf } from '../../schemas/sketch.ts';
import type { RelateEvent, Tally, Telling } from '../events.ts';
import { defineOperator, type Step, type Timer } from '../operator.ts';
import { type Table, table } from '../table.ts';
import { ScoreConfig } from './config.ts';
import { faded, nothing, together, withValue } from './history.ts';
import { burst, rarity, scoreOf, totalSurprise, valueFeature } from './judge.ts';
import {
  counted,
  habitsSchema,
  movedTo,
  newSeries,
  type Series,
  seriesSchema,
  type TenantHabits,
  type ValueSeries,
  valueSeriesSchema,
} from './series.ts';

export { ScoreConfig } from './config.ts';

const tables = {
  series: table<Series>(seriesSchema),
  values: table<ValueSeries>(valueSeriesSchema),
  habits: table<TenantHabits>(habitsSchema),
};

type ScoreStep = Step<ScoreConfig, typeof tables, null, RelateEvent>;

/**
 * Says how unusual a telling is, 0–1, against the history of its own series, and why. Knows rates by (tenant, source,
 * name) and values by fingerprint. What it says ranks and explains; nothing is suppressed for its score.
 */
export const score = defineOperator<RelateEvent>()({
  name: 'score',
  config: ScoreConfig,
  tables,
  derive: () => null,
  on: { tally: learn, telling: judge },
  onTimer: forget,
});

/** Tellings that speak of something new; only these teach what a surprise is. */
const telling: ReadonlySet<EmitReason> = new Set(['first', 'update', 'reminder', 'late']);

const seriesKey = (tenant: string, source: string, name: string) => canonical([tenant, source, name]);

function learn(step: ScoreStep, tally: Tally): void {
  const { tenant, source, name } = tally.head;
  const newest = tally.minutes.at(-1);
  if (newest !== undefined) {
    const key = seriesKey(tenant, source, name);
    let series = seriesOf(step, key, { tenant, at: tally.minutes[0]?.minute ?? newest.minute });
    for (const { minute, count } of tally.minutes)
      series = counted(series, { at: minute, count }, step.config);
    keep(step, 'series', key, series);
  }
  learnValues(step, tally);
  step.emit(tally);
}

function learnValues(step: ScoreStep, { fingerprint, minutes }: Tally): void {
  const brought = minutes.filter(({ sketch }) => sketch !== null);
  const newest = brought.at(-1);
  if (newest === undefined) return;
  const known = step.tables.values.get(fingerprint);
  let values = known?.values ?? nothing;
  for (const { sketch } of brought) values = together(values, sketch ?? nothing);
  const { memoryBuckets } = step.config;
  const lastSeen = Math.max(known?.lastSeen ?? 0, newest.minute);
  // Values come more often than buckets do; ten times as many are remembered.
  keep(step, 'values', fingerprint, {
    values: countOf(values) > 10 * memoryBuckets ? faded(values) : values,
    lastSeen,
  });
}

function judge(step: ScoreStep, event: Telling): void {
  const { alert } = event;
  const key = seriesKey(alert.tenant, alert.source, alert.name);
  const bucket = Math.floor(alert.lastSeen / step.config.bucketMs) * step.config.bucketMs;
  const series = movedTo(
    seriesOf(step, key, { tenant: alert.tenant, at: alert.lastSeen }),
    bucket,
    step.config,
  );
  const values = step.tables.values.get(alert.fingerprint);
  const features = [rarity(series), burst(series), valueFeature(values, alert.value, step.config.minValues)];
  const habits = step.tables.habits.get(alert.tenant);
  const known = { own: series.surprises, tenant: habits?.surprises ?? nothing, borrow: step.config.borrow };
  if (telling.has(alert.emitReason))
    remember(step, { key, series, alert, surprise: totalSurprise(features) });
  step.emit({ ...event, alert: { ...alert, score: scoreOf(features, known) } });
}

interface Judged {
  readonly key: string;
  readonly series: Series;
  readonly alert: Telling['alert'];
  readonly surprise: number;
}

function remember(step: ScoreStep, { key, series, alert, surprise }: Judged): void {
  const { memoryBuckets } = step.config;
  const learned = withValue(series.surprises, surprise);
  const lastSeen = Math.max(series.lastSeen, alert.lastSeen);
  const surprises = countOf(learned) > memoryBuckets ? faded(learned) : learned;
  const { bucket, count, rates } = series;
  keep(step, 'series', key, { bucket, count, rates, surprises, lastSeen });
  rememberHabits(step, alert, surprise);
}

function rememberHabits(step: ScoreStep, { tenant, lastSeen }: Telling['alert'], surprise: number): void {
  const known = habitsOf(step, tenant, lastSeen);
  const learned = withValue(known.surprises, surprise);
  const surprises = countOf(learned) > 10 * step.config.memoryBuckets ? faded(learned) : learned;
  const newest = Math.max(known.lastSeen, lastSeen);
  keep(step, 'habits', tenant, { firstBucket: known.firstBucket, surprises, lastSeen: newest });
}

function habitsOf(step: ScoreStep, tenant: string, at: number): TenantHabits {
  const known = step.tables.habits.get(tenant);
  if (known !== undefined) return known;
  const habits = { firstBucket: at, surprises: nothing, lastSeen: at };
  keep(step, 'habits', tenant, habits);
  return habits;
}

function seriesOf(
  step: ScoreStep,
  key: string,
  seen: { readonly tenant: string; readonly at: number },
): Series {
  const known = step.tables.series.get(key);
  if (known !== undefined) return known;
  const { bucketMs, memoryBuckets } = step.config;
  const watchedMs = Math.max(seen.at - habitsOf(step, seen.tenant, seen.at).firstBucket, 0);
  const quiet = Math.min(Math.floor(watchedMs / bucketMs), memoryBuckets - 1);
  return newSeries(Math.floor(seen.at / bucketMs) * bucketMs, quiet);
}

/** A timer per row: its first letter says which table. */
const letterOf = { series: 's', values: 'v', habits: 't' } as const;

const tableNames = ['series', 'values', 'habits'] as const;
type TableName = (typeof tableNames)[number];
type RowOf = { readonly series: Series; readonly values: ValueSeries; readonly habits: TenantHabits };

/** Sets a row. Its timer is set once and looks again when it fires: a row is seen far more often than it is forgotten. */
function keep<Name extends TableName>(step: ScoreStep, name: Name, key: string, row: RowOf[Name]): void {
  const table = step.tables[name] as Table<RowOf[Name]>;
  const { size } = table;
  table.set(key, row);
  if (table.size > size) step.wakeAt(`${letterOf[name]}${key}`, row.lastSeen + step.config.forgetMs);
}

function forget(step: ScoreStep, { key, due }: Timer): void {
  const name = tableNames.find((one) => key.startsWith(letterOf[one]));
  if (name === undefined) return;
  const row = step.tables[name].get(key.slice(1));
  const forgetAt = (row?.lastSeen ?? due) + step.config.forgetMs;
  if (row !== undefined && forgetAt > due) step.wakeAt(key, forgetAt);
  else step.tables[name].delete(key.slice(1));
}
