import { severities } from '../../schemas/alert.ts';
import type { Incident } from '../../schemas/incident.ts';
import { gauges } from './gauges.ts';
import type { Speed } from './rates.ts';
import type { DemoState } from './run-demo.ts';
import { bar, type Cell, clock, type Ink, number, share, sized } from './text.ts';

export interface Screen {
  readonly columns: number;
  readonly rows: number;
  readonly ink: Ink;
}

/** Below this nothing can be shown that means anything; a smaller terminal shows the upper left of it. */
const least = { columns: 40, rows: 16 };

/** One picture of the demo as lines that fit the screen; the same state gives the same lines. */
export function frame(state: DemoState, speed: Speed, screen: Screen): readonly string[] {
  const { ink } = screen;
  const columns = Math.max(least.columns, screen.columns);
  const above = [
    ink.bold(sized(head(state), columns)),
    '',
    ...beside(funnel(state, ink), gauges(state.work, speed, ink), columns),
    '',
  ];
  const left = Math.max(least.rows, screen.rows) - above.length - 2;
  const incidents = openIncidents(state, { rows: Math.ceil(left / 2), columns, ink });
  return [
    ...above,
    ink.bold(sized(`open incidents (${state.open.length})`, columns)),
    ...incidents,
    ink.bold(sized('newest decisions', columns)),
    ...newestDecisions(state, { rows: left - incidents.length, columns, ink }),
  ].slice(0, screen.rows);
}

function head({ now, startAt, endAt }: DemoState): string {
  const minutes = Math.floor((Math.min(now, endAt) - startAt) / 60_000);
  const of = Math.round((endAt - startAt) / 60_000);
  return `Tocsin demo   ${clock(now)}   minute ${minutes} of ${of}   ${bar((now - startAt) / (endAt - startAt), 10)}   q: end it and sum up`;
}

const funnelColumns = 40;

/** Two blocks side by side, the left one as wide as the funnel needs. */
function beside(left: readonly Cell[], right: readonly Cell[], columns: number): readonly string[] {
  const rightColumns = columns - funnelColumns - 2;
  return Array.from({ length: Math.max(left.length, right.length) }, (_, row) => {
    const [leftText, leftPaint] = left[row] ?? blank;
    const [rightText, rightPaint] = right[row] ?? blank;
    const first = leftPaint(sized(leftText, Math.min(columns, funnelColumns)));
    return rightColumns <= 0 ? first : `${first}  ${rightPaint(sized(rightText, rightColumns))}`;
  });
}

const plain = (text: string) => text;
const blank: Cell = ['', plain];

/** What came in, what became of it, and what people would have got instead. */
function funnel(state: DemoState, ink: Ink): readonly Cell[] {
  const { passed, folded, suppressed, 'dead-lettered': dead } = state.counts.outcomes;
  const { alerts } = state;
  const part = (name: string, count: number): string =>
    `  ${name.padEnd(13)} ${number(count).padStart(8)} ${share(count, alerts).padStart(7)} ${bar(count / Math.max(1, alerts), 7, ' ')}`;
  const total = (name: string, count: number) => `${name.padEnd(15)} ${number(count).padStart(8)}`;
  return [
    [total('records', state.fed), ink.bold],
    [total('alerts', alerts), ink.bold],
    [part('passed', passed), ink.cyan],
    [part('folded', folded), plain],
    [part('suppressed', suppressed), ink.yellow],
    [part('dead-lettered', dead), ink.red],
    // A repeat is accounted for when its window is over.
    [part('in hand', Math.max(0, alerts - passed - folded - suppressed - dead)), ink.dim],
    [total('incidents', state.published), ink.green],
    [`${total('plain window', state.plain)} notifications`, ink.dim],
  ];
}

interface Block {
  readonly rows: number;
  readonly columns: number;
  readonly ink: Ink;
}

/** The worst first; each with its age, its alerts and how sure its cause is, which its title names. */
function openIncidents({ open, now }: DemoState, { rows, columns, ink }: Block): readonly string[] {
  const worst = [...open].sort((a, b) => rank(b) - rank(a) || b.alertCount - a.alertCount);
  const cells = worst.slice(0, rows).map((incident): Cell => {
    const { severity, alertCount, probableCause, title, startedAt } = incident;
    const age = `${Math.max(0, Math.floor((now - startedAt) / 60_000))} min`;
    const cause = probableCause === null ? '' : `cause ${Math.round(100 * probableCause.confidence)} %`;
    const text = `  ${severity.padEnd(8)} ${age.padStart(6)} ${number(alertCount).padStart(4)} alerts  ${cause.padEnd(11)} ${title}`;
    return [text, severity === 'critical' ? ink.red : ink.yellow];
  });
  return fill(cells, rows, columns);
}

function rank({ severity }: Incident): number {
  return severities.indexOf(severity);
}

/** The newest last, as in a log. */
function newestDecisions({ decisions }: DemoState, { rows, columns, ink }: Block): readonly string[] {
  const cells = decisions.slice(-rows).map(({ eventTime, outcome, reason, name, count, rule }): Cell => {
    const what = count > 1 ? `${name} ×${count}` : name;
    const by = rule === '' ? '' : ` (${rule})`;
    const text = `  ${clock(eventTime)} ${outcome.padEnd(13)} ${reason.padEnd(13)} ${what}${by}`;
    return [text, outcome === 'passed' ? ink.cyan : ink.dim];
  });
  return fill(cells, rows, columns);
}

/** As many lines as there are rows, so that nothing below moves. */
function fill(cells: readonly Cell[], rows: number, columns: number): readonly string[] {
  return Array.from({ length: rows }, (_, row) => {
    const [text, paint] = cells[row] ?? blank;
    return paint(sized(text, columns));
  });
}
