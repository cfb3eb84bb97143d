export { rawAlertJsonSchema } from './raw-alert.ts';
export type { ValueOf } from './to-json.ts';
export { toJson } from './to-json.ts';
