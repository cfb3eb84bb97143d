import type { DemoSummary } from '../../demo/index.ts';
import { number, percent, table } from '../print.ts';

/** What the story comes to, held against the truth, and what to try next. */
export function demoText(summary: DemoSummary): string {
  const { alerts, incidents, rootCause, passed, folded, suppressed, deadLettered } = summary;
  const title = summary.isWhole
    ? `The story of seed ${summary.seed} is over.`
    : `The story of seed ${summary.seed} was ended early; this is what was told of it.`;
  const share = (count: number | null) => [number(count ?? 0), percent(count ?? 0, alerts)];
  const alertRows = [
    ['alerts', number(alerts), `in ${number(summary.records)} records`],
    ['passed', ...share(passed)],
    ['folded', ...share(folded)],
    ['suppressed', ...share(suppressed)],
    ['dead-lettered', ...share(deadLettered)],
    ['accounted for', percent(summary.accountedFor, 1), ''],
    [
      'incidents',
      number(summary.incidentsPublished),
      `where a plain 5-minute window sends ${number(summary.notificationsWithout)}`,
    ],
  ];
  const truthRows = [
    ['incidents that really happened', number(incidents.true), ''],
    ['found', number(incidents.found), percent(incidents.found, incidents.true)],
    ['spurious', number(incidents.spurious), `of ${number(summary.incidentsPublished)} published`],
    ['root cause right', number(rootCause.right), `of ${number(rootCause.of)}`],
  ];
  const columns = [{ title: '' }, { title: '', align: 'right' }, { title: '' }] as const;
  const speed = `${number(summary.seconds, 1)} s, ${number(summary.peakRssBytes / 1e6, 0)} MB\n`;
  return `${title}\n\n${table(columns, alertRows)}\n${table(columns, truthRows)}\n${speed}\n${nextSteps}`;
}

const nextSteps = `Try next:
  npx tocsin demo --seed 7 --speed max -o json    another story, as fast as it goes
  npx tocsin run                                  a worker that takes your own alerts over HTTP
  npx tocsin config show                          what can be configured, and its defaults
`;
