import type { DemoState } from './run-demo.ts';
import { clock, number } from './text.ts';

/** The demo at a moment in one line, for streams that are no terminal. */
export function plainLine({ now, alerts, counts, plain, published, open }: DemoState): string {
  const { passed, folded, suppressed, 'dead-lettered': dead } = counts.outcomes;
  const became = `${number(passed)} passed, ${number(folded)} folded, ${number(suppressed)} suppressed, ${number(dead)} dead-lettered`;
  const incidents = `${number(published)} incidents (${number(open.length)} open)`;
  return `${clock(now)}  ${number(alerts)} alerts: ${became}; ${incidents}, a plain window: ${number(plain)} notifications`;
}
