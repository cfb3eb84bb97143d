export { type Check, checkLines, isReady } from './check.ts';
export { Flow, type FlowOptions, type Stalled, type Worked } from './flow.ts';
export { type Asked, type Beat, Pulse, type PulseOptions } from './pulse.ts';
export { type Looked, workerChecks } from './worker-checks.ts';
