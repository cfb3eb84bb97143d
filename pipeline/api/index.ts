export type { Health, Inside } from './inside.ts';
export { type Address, type Listening, type Patience, serve } from './serve.ts';
