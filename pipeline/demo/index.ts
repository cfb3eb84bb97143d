export { frame, type Screen } from './frame.ts';
export { type Generated, type GeneratorOptions, generate } from './generate.ts';
export { plainLine } from './plain-line.ts';
export { type Speed, Speedometer } from './rates.ts';
export { type DemoOptions, type DemoState, type DemoSummary, runDemo, type Verdict } from './run-demo.ts';
