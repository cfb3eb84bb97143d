import type { Speed, StageRate } from './rates.ts';
import type { GraphWork } from './stopwatch.ts';
import { type Cell, type Ink, number } from './text.ts';

/** For each graph what an alert costs in it, and how many events its operators take in per second of wall time. */
export function gauges(work: readonly GraphWork[], { stages, tickMs }: Speed, ink: Ink): readonly Cell[] {
  const graphs = [...new Set(stages.map(({ graph }) => graph))];
  return [
    ...graphs.flatMap((graph) => [
      [costOf(graph, work), ink.bold] as const,
      ...pairsOf(stages.filter((stage) => stage.graph === graph)).map((text) => [text, ink.dim] as const),
    ]),
    [`a tick takes ${ms(tickMs.p50)} (p99 ${ms(tickMs.p99)})`, ink.dim],
  ];
}

function costOf(graph: string, work: readonly GraphWork[]): string {
  const cost = work.find((one) => one.graph === graph);
  const name = graph.toUpperCase();
  if (cost === undefined) return name;
  return `${name} ${number(cost.microsPerAlert)} µs/alert, batch ≤ ${ms(cost.slowestBatchMs)}`;
}

/** Two operators in a line. */
function pairsOf(stages: readonly StageRate[]): readonly string[] {
  const texts = stages.map(
    ({ stage, perSecond }) => `${stage.padEnd(11)} ${number(perSecond).padStart(4)}/s`,
  );
  return texts.flatMap((text, index) => (index % 2 === 0 ? [`${text}  ${texts[index + 1] ?? ''}`] : []));
}

const ms = (value: number) => `${value.toFixed(1)} ms`;
