export { type Log, type LogCode, type LogLevel, logCodes, openLog } from './log.ts';
export { type Measurable, type Metrics, openMetrics } from './metrics.ts';
export { countedOutcomes, type Measured } from './worker-metrics.ts';
