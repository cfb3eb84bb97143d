export { type DemoEyes, type DemoSummary, type Moment, runDemo, type Verdict } from './run-demo.ts';
export type { OpenIncident, Picture, ShownDecision } from './watch.ts';
