export type { Arrival, Arrivals } from './input.ts';
export type { ShownIncident } from './largest-incidents.ts';
export { type ReadTopic, readOutputs, readTopics, type Seen } from './output-reader.ts';
export { paceOf, wallUntil } from './pace.ts';
export type { Refused } from './refused-alerts.ts';
export { type FilesSummary, type ReplayOptions, type ReplayProgress, replay } from './replay.ts';
export { alertsIn, imbalance, PlainWindow, type ReplaySummary, summarize } from './summary.ts';
export { type Observers, openVirtualRun, type VirtualRun, type VirtualRunOptions } from './virtual-run.ts';
