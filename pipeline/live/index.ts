export { Front, type Reachable } from './front.ts';
export { type LiveOptions, type LiveWorker, type Outside, openLiveWorker } from './live-worker.ts';
