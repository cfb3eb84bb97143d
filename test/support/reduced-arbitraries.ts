import fc from 'fast-check';
import { endings, statuses } from '../../schemas/alert.ts';
import type {
  ControlCopy,
  Heartbeat,
  LateAlert,
  MinuteCount,
  Partial,
  Reduced,
  Segment,
  Sketch,
  Values,
} from '../../schemas/reduced.ts';
import {
  type Arb,
  anyControl,
  anyCount,
  anyFingerprint,
  anyHead,
  anyPlace,
  anyReal,
  anyText,
  anyTime,
  few,
  hex,
  orNull,
  small,
} from './arbitraries.ts';

const anyValues: Arb<Values> = fc.record({
  count: anyCount,
  sum: anyReal,
  min: anyReal,
  max: anyReal,
  last: anyReal,
  lastAt: anyTime,
});
const anySketch: Arb<Sketch> = fc.record({ keys: few(fc.integer()), counts: few(anyCount) });
const anySegment: Arb<Segment> = fc.record({
  first: anyTime,
  last: anyTime,
  endsAt: orNull(anyTime),
  count: anyCount,
  values: orNull(anyValues),
});
const anyMinuteCount: Arb<MinuteCount> = fc.record({
  minute: anyTime,
  count: anyCount,
  values: orNull(anyValues),
  sketch: orNull(anySketch),
});

/** Well-typed, but not the fold of any log: fields do not agree with each other. */
export const anyPartial: Arb<Partial> = fc.record({
  kind: fc.constant('partial' as const),
  shard: small,
  id: anyPlace,
  v: anyPlace,
  fingerprint: anyFingerprint,
  fingerprintRule: anyText,
  domain: anyText,
  head: anyHead,
  contentHash: hex(16),
  sourceId: anyText,
  watched: hex(16),
  status: fc.constantFrom(...statuses),
  ending: fc.constantFrom(...endings),
  cell: anyTime,
  cellMs: small,
  startsAt: orNull(anyTime),
  endsAt: orNull(anyTime),
  first: anyTime,
  last: anyTime,
  count: anyCount,
  segments: few(anySegment),
  minutes: few(anyMinuteCount),
  values: orNull(anyValues),
  droppedBy: anyText,
});

export const anyLateAlert: Arb<LateAlert> = fc.record({
  kind: fc.constant('late' as const),
  shard: small,
  place: anyPlace,
  fingerprint: anyFingerprint,
  fingerprintRule: anyText,
  domain: anyText,
  head: anyHead,
  contentHash: hex(16),
  sourceId: anyText,
  status: fc.constantFrom(...statuses),
  startsAt: orNull(anyTime),
  endsAt: orNull(anyTime),
  at: anyTime,
  value: orNull(anyReal),
});

export const anyHeartbeat: Arb<Heartbeat> = fc.record({
  kind: fc.constant('heartbeat' as const),
  shard: small,
  shards: small,
  complete: anyTime,
});

export const anyControlCopy: Arb<ControlCopy> = fc.record({
  kind: fc.constant('control' as const),
  index: anyCount,
  control: anyControl,
});

export const anyReduced: Arb<Reduced> = fc.oneof(anyPartial, anyLateAlert, anyHeartbeat, anyControlCopy);
