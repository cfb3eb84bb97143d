export { formatNames } from './formats.ts';
export type { Arrivals } from './input.ts';
export type { Seen } from './output-reader.ts';
export { type ReplayOptions, replay } from './replay.ts';
export { alertsIn, imbalance, PlainWindow, type ReplaySummary, summarize } from './summary.ts';
export { type Observers, openVirtualRun, type VirtualRun, type VirtualRunOptions } from './virtual-run.ts';
