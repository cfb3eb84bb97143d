export { frame, type Ink, plainLine, type Screen } from './frame.ts';
export { type Generated, type GeneratorOptions, generate } from './generate.ts';
export { Speedometer } from './rates.ts';
export { type DemoOptions, type DemoState, type DemoSummary, runDemo } from './run-demo.ts';
