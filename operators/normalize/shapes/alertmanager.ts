import type { Fields } from '../fields.ts';
import type { HeadDraft, Pairs } from '../head-cache.ts';
import type { JsonObject } from '../text.ts';

/** Go prints a time that was never set as year 1. */
const unset = /^0001-01-01T00:00:00(?:\.0+)?Z$/;

/** A time of an Alertmanager payload, or null when Go left it unset. */
export function timeOrUnset(fields: Fields, path: string, value: unknown): ReturnType<Fields['time']> {
  if (typeof value === 'string' && unset.test(value)) return null;
  return fields.time(path, value, path.endsWith('endsAt'));
}

const understood = new Set([
  'labels',
  'annotations',
  'startsAt',
  'endsAt',
  'generatorURL',
  'status',
  'updatedAt',
]);

/**
 * What all versions of Alertmanager agree on. The label `severity` stays a label, since it is part of what the alert is
 * there; so does `alertname`, so that matchers find it.
 */
export function readAlertmanagerHead(
  fields: Fields,
  alert: JsonObject,
  { path, ending }: { readonly path: string; readonly ending: HeadDraft['ending'] },
): HeadDraft {
  const labels = fields.labels(`${path}labels`, alert['labels']);
  const annotations = fields.annotations(`${path}annotations`, alert['annotations']);
  for (const key of Object.keys(alert)) {
    if (!understood.has(key)) fields.annotate(`alertmanager.${key}`, alert[key], annotations);
  }
  return {
    tenant: fields.tenant('tenant', undefined),
    source: 'alertmanager',
    name: fields.name(`${path}labels.alertname`, labelOf(labels, 'alertname')),
    severity: fields.severity(`${path}labels.severity`, labelOf(labels, 'severity'), annotations),
    labels,
    annotations,
    generatorUrl: fields.text(`${path}generatorURL`, alert['generatorURL']),
    ending,
  };
}

function labelOf(labels: Pairs, name: string): string | undefined {
  for (let i = 0; i < labels.length; i += 2) {
    if (labels[i] === name) return labels[i + 1];
  }
  return undefined;
}
