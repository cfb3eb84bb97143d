export type { Ports, WorkerSettings } from './ports.ts';
export type { GraphName, WorkerCounts, WorkerOptions } from './worker.ts';
export { graphNames, Worker } from './worker.ts';
