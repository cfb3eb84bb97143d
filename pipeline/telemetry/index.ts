export { type Log, type LogLevel, openLog } from './log.ts';
export { type Measurable, type Metrics, openMetrics } from './metrics.ts';
