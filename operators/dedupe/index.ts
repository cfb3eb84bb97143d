export { combine } from './combine.ts';
export { DedupeConfig } from './config.ts';
export { fold } from './fold.ts';
