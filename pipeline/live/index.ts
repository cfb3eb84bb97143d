export { Front, type Reachable } from './front.ts';
export { type LiveWorker, openLiveWorker } from './live-worker.ts';
export type { LiveOptions, Outside } from './surroundings.ts';
