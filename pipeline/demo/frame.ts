import type { Incident } from '../../schemas/incident.ts';
import { alertsIn } from '../replay/index.ts';
import type { StageRate } from './rates.ts';
import type { DemoState } from './run-demo.ts';

/** The colours a frame uses; identity functions where there are none. */
export interface Ink {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly red: (text: string) => string;
  readonly green: (text: string) => string;
  readonly yellow: (text: string) => string;
  readonly cyan: (text: string) => string;
}

export interface Screen {
  readonly columns: number;
  readonly rows: number;
  readonly ink: Ink;
}

export interface Speed {
  readonly stages: readonly StageRate[];
  /** CPU microseconds of the whole process per alert since the start. */
  readonly cpuUsPerAlert: number;
  /** Wall milliseconds from a tick's records going in to everything about them having come out. */
  readonly tickMs: { readonly p50: number; readonly p99: number };
}

const number = (value: number) => Math.round(value).toLocaleString('en-US');
const clock = (ms: number) => new Date(ms).toISOString().slice(11, 19);

/** One picture of the demo as lines that fit the screen; the same state gives the same lines. */
export function frame(state: DemoState, speed: Speed, screen: Screen): readonly string[] {
  const { ink } = screen;
  const decisionRows = Math.max(3, Math.floor((screen.rows - 15) / 2));
  const incidentRows = Math.max(2, screen.rows - 15 - decisionRows);
  const lines: Line[] = [
    [head(state), ink.bold],
    ['', plain],
    ...funnel(state, ink),
    ['', plain],
    [rates(speed), ink.dim],
    [
      `${number(speed.cpuUsPerAlert)} µs CPU per alert · a second of alerts takes ${ms(speed.tickMs.p50)} (p99 ${ms(speed.tickMs.p99)})`,
      ink.dim,
    ],
    ['', plain],
    [`open incidents (${state.open.length})`, ink.bold],
    ...incidents(state, incidentRows, ink),
    ['newest decisions', ink.bold],
    ...decisions(state, decisionRows, ink),
    ['q ends it', ink.dim],
  ];
  return lines.slice(0, screen.rows).map(([text, paint]) => paint(cut(text, screen.columns)));
}

type Line = readonly [text: string, paint: (text: string) => string];

const plain = (text: string) => text;
const ms = (value: number) => `${value.toFixed(1)} ms`;

function head({ now, startAt, endAt, fed, records }: DemoState): string {
  const share = Math.min(1, (now - startAt) / (endAt - startAt));
  return `Tocsin  ${clock(now)}  ${Math.round(share * 100)} % of the story  ${number(fed)} of ${number(records)} records`;
}

function funnel(state: DemoState, ink: Ink): readonly Line[] {
  const { passed, folded, suppressed, 'dead-lettered': dead } = state.counts.outcomes;
  const alerts = alertsIn(state.counts);
  // Repeats are stated when their cell is over; until then they are in RELATE's or REDUCE's hands.
  const waiting = Math.max(0, alerts - passed - folded - suppressed - dead);
  return [
    [
      `alerts ${number(alerts).padStart(9)}   passed ${number(passed)} · folded ${number(folded)} · suppressed ${number(suppressed)} · dead-lettered ${number(dead)} · in hand ${number(waiting)}`,
      plain,
    ],
    [
      `incidents ${number(state.published).padStart(6)}   a 5-minute window alone would have sent ${number(state.plain)}`,
      ink.green,
    ],
  ];
}

function rates({ stages }: Speed): string {
  return stages.map(({ stage, perSecond }) => `${stage} ${number(perSecond)}/s`).join(' · ');
}

function incidents({ open, now }: DemoState, rows: number, ink: Ink): readonly Line[] {
  const worst = [...open].sort((a, b) => rank(b) - rank(a) || b.alertCount - a.alertCount);
  const shown = worst.slice(0, rows).map((incident): Line => {
    const minutes = Math.max(0, Math.round((now - incident.startedAt) / 60_000));
    const text = `  ${incident.severity.padEnd(8)} ${String(minutes).padStart(3)} min  ${incident.title}`;
    return [text, incident.severity === 'critical' ? ink.red : ink.yellow];
  });
  const empty = Array.from({ length: rows - shown.length }, (): Line => ['', plain]);
  return [...shown, ...empty];
}

const order = ['unknown', 'info', 'low', 'medium', 'high', 'critical'];

function rank({ severity }: Incident): number {
  return order.indexOf(severity);
}

function decisions({ decisions: all }: DemoState, rows: number, ink: Ink): readonly Line[] {
  const shown = all.slice(-rows).map(({ eventTime, outcome, reason, name, count, rule }): Line => {
    const what = count > 1 ? `${name} ×${count}` : name;
    const text = `  ${clock(eventTime)} ${outcome.padEnd(10)} ${reason.padEnd(13)} ${what}${rule === '' ? '' : ` (${rule})`}`;
    return [text, outcome === 'passed' ? ink.cyan : ink.dim];
  });
  return [...shown, ...Array.from({ length: rows - shown.length }, (): Line => ['', plain])];
}

function cut(text: string, columns: number): string {
  const characters = [...text];
  return characters.length <= columns ? text : `${characters.slice(0, columns - 1).join('')}…`;
}

/** One line for streams that are no terminal. */
export function plainLine(state: DemoState): string {
  const { passed, folded, suppressed, 'dead-lettered': dead } = state.counts.outcomes;
  return `${clock(state.now)}  ${number(alertsIn(state.counts))} alerts: ${number(passed)} passed, ${number(folded)} folded, ${number(suppressed)} suppressed, ${number(dead)} dead-lettered; ${number(state.open.length)} incidents open, ${number(state.published)} so far`;
}
