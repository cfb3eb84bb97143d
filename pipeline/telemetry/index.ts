export { type Log, type LogCode, type LogLevel, logCodes, openLog } from './log.ts';
export { countedOutcomes, type Measurable, type Metrics, openMetrics } from './metrics.ts';
