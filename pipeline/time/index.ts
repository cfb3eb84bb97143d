export type { Clock } from './clock.ts';
export { DueHeap, type Waiting } from './due-heap.ts';
export { type Attempt, Retry } from './retry.ts';
export { sleep } from './sleep.ts';
export { SystemClock } from './system-clock.ts';
export { VirtualClock } from './virtual-clock.ts';
