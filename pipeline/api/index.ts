export { type Inside, type Listening, serve } from './serve.ts';
