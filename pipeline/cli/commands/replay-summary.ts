import type { FilesSummary, Refused, ShownIncident } from '../../replay/index.ts';
import { number, percent, table } from '../print.ts';

/** The summary for people: counts with their share of the alerts, some incidents, how long it took, and what could not be used. */
export function summaryText(summary: FilesSummary): string {
  const { alerts, passed, folded, suppressed, deadLettered, incidents } = summary;
  const counted = (count: number | null) => (count === null ? 'not decided' : number(count));
  const row = (name: string, count: number | null) => [
    name,
    counted(count),
    count === null ? '' : percent(count, alerts),
  ];
  const rows = [
    ['alerts', number(alerts), ''],
    row('passed', passed),
    row('folded', folded),
    row('suppressed', suppressed),
    row('dead-lettered', deadLettered),
    ['incidents', counted(incidents), ''],
    ['a 5-minute window alone', number(summary.notificationsWithout), 'would have been sent'],
  ];
  const { records, seconds, alertsPerSecond, peakRssBytes } = summary;
  const speed = `${number(records)} records in ${number(seconds)} s: ${number(alertsPerSecond)} alerts/s, ${number(peakRssBytes / 1e6, 0)} MB\n`;
  const counts = table([{ title: '' }, { title: '', align: 'right' }, { title: '' }], rows);
  return counts + largestText(summary) + speed + refusedText(summary);
}

function largestText({ largest }: FilesSummary): string {
  if (largest.length === 0) return '';
  const columns = [{ title: '' }, { title: '', align: 'right' as const }, { title: '' }, { title: '' }];
  return `the largest incidents\n${table(columns, largest.map(incidentRow))}`;
}

function incidentRow({ startedAt, severity, alertCount, title }: ShownIncident): readonly string[] {
  const at = new Date(startedAt).toISOString().replace(/\.\d+Z$/, 'Z');
  return [at, number(alertCount), severity, title];
}

/** Of each reason the first alert, numbered as an editor numbers lines: from 1. */
function refusedText({ refused }: FilesSummary): string {
  return refused
    .map((reason) => `${number(reason.count)} ${reason.code}, first ${placeText(reason)}\n`)
    .join('');
}

function placeText({ first: { file, record, alert }, message }: Refused): string {
  const inRecord = alert === 0 ? '' : `, alert ${alert + 1}`;
  return `in ${file}, record ${record + 1}${inRecord}: ${message}`;
}
