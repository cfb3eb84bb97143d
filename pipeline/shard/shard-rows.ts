import avro from 'avsc';
import type { Time } from '../../operators/operator.ts';
import { rowCodecOf } from '../../schemas/avro/codec.ts';
import type { EventTimeMs } from '../../schemas/brand.ts';
import { TocsinError } from '../../schemas/errors.ts';
import type { ConfigVersion } from '../../schemas/reduced.ts';
import type { RowChange } from '../state/index.ts';
import type { Completeness } from './completeness.ts';
import type { TimerChange } from './shard-host.ts';

/** What a shard stores of itself beside its operators' tables: timers, clocks, upstream claims, the control mark. */
interface ShardClock {
  readonly time: Time;
  readonly controlMark: number;
  readonly shedUntil: number;
  readonly completeness: Completeness;
}

interface Claim {
  readonly shard: number;
  readonly shards: number;
  readonly complete: EventTimeMs;
}

/** Takes what `restoreShardRow` reads. */
export interface ShardRowReader {
  timer(timer: TimerChange): void;
  time(time: Time): void;
  claim(claim: Claim): void;
  controlMark(mark: number): void;
  shedUntil(offset: number): void;
  version(version: ConfigVersion): void;
}

/** Of these there are many. */
const timerCodec = rowCodecOf({
  type: 'record',
  name: 'Timer',
  fields: [
    { name: 'clock', type: { type: 'enum', name: 'Clock', symbols: ['at', 'complete'] } },
    { name: 'stage', type: 'string' },
    { name: 'key', type: 'string' },
    { name: 'due', type: 'long' },
  ],
});

const clockType = avro.Type.forSchema({
  type: 'record',
  name: 'ShardClock',
  fields: [
    { name: 'at', type: 'long' },
    { name: 'complete', type: 'long' },
    { name: 'controlMark', type: 'long' },
    { name: 'shedUntil', type: 'long' },
  ],
});

const claimType = avro.Type.forSchema({
  type: 'record',
  name: 'Claim',
  fields: [
    { name: 'shard', type: 'int' },
    { name: 'shards', type: 'int' },
    { name: 'complete', type: 'long' },
  ],
});

const versionType = avro.Type.forSchema({
  type: 'record',
  name: 'Version',
  fields: [
    { name: 'hash', type: 'string' },
    { name: 'gzip', type: 'bytes' },
  ],
});

/** Whether a stored row is the shard's own; names of stages never begin like this. */
export function isShardRow({ table }: RowChange): boolean {
  return table.startsWith('$');
}

/** The shard's own rows: the clocks and claims as they are now, and the timers that changed, encoded when asked for. */
export function takeShardRows(clock: ShardClock, timers: readonly TimerChange[]): Iterable<RowChange> {
  return withTimers(clockRows(clock), timers);
}

function* withTimers(rows: readonly RowChange[], timers: readonly TimerChange[]): Generator<RowChange> {
  yield* rows;
  for (const timer of timers) yield timerRow(timer);
}

function clockRows(clock: ShardClock): readonly RowChange[] {
  const { controlMark, shedUntil } = clock;
  const { at, complete } = clock.time;
  const rows: RowChange[] = [
    {
      table: '$clock',
      key: '',
      value: clockType.toBuffer({ at, complete, controlMark, shedUntil }),
    },
  ];
  for (const [shard, claimed] of clock.completeness.claims()) {
    const claim: Claim = { shard, shards: clock.completeness.shards, complete: claimed };
    rows.push({ table: '$claims', key: String(shard), value: claimType.toBuffer(claim) });
  }
  return rows;
}

export function versionRow({ hash, gzip }: ConfigVersion): RowChange {
  return { table: '$config', key: '', value: versionType.toBuffer({ hash, gzip: Buffer.from(gzip) }) };
}

export function timerRow(timer: TimerChange): RowChange {
  const value = timer.due === null ? null : timerCodec.encode(timer);
  return { table: '$timers', key: `${timer.clock}/${timer.stage}/${timer.key}`, value };
}

/** Gives one of the shard's own rows to the reader. Throws `state.newer` for a table that this version does not know. */
export function restoreShardRow({ table, value }: RowChange, reader: ShardRowReader): void {
  if (value === null) return;
  const bytes = Buffer.from(value);
  switch (table) {
    case '$timers':
      reader.timer(timerCodec.decode(bytes) as TimerChange);
      break;
    case '$claims':
      reader.claim(claimType.fromBuffer(bytes));
      break;
    case '$config':
      reader.version({ kind: 'config', ...versionType.fromBuffer(bytes) });
      break;
    case '$clock': {
      const { at, complete, controlMark, shedUntil } = clockType.fromBuffer(bytes);
      reader.time({ at, complete });
      reader.controlMark(controlMark);
      reader.shedUntil(shedUntil);
      break;
    }
    default:
      throw new TocsinError('state.newer', `the checkpoint holds rows of ${table}`);
  }
}
