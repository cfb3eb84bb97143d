import type { Fields } from '../fields.ts';
import type { Pairs } from '../head-cache.ts';
import type { Reading, Shape } from '../reading.ts';
import { describe, isObject, type JsonObject } from '../text.ts';
import { readAlertmanagerHead, timeOrUnset } from './alertmanager.ts';

/** What Alertmanager posts to a webhook receiver, version 4 (prometheus/alertmanager, notify/webhook). */
export const alertmanagerWebhook: Shape = {
  name: 'alertmanager-webhook',
  recognizes: (document) => Array.isArray(document['alerts']) && Object.hasOwn(document, 'groupKey'),
  read(document, reading) {
    const { version, alerts } = document;
    if (version !== '4' || !Array.isArray(alerts)) {
      reading.refuse('record.unknown-shape', `webhook version ${describe(version)}; only '4' is known`);
      return;
    }
    if (alerts.length === 0) reading.refuse('record.empty', 'the webhook has no alerts');
    for (const [index, alert] of alerts.entries()) {
      if (reading.isOverfull) return;
      readAlert(document, { alert, path: `alerts[${index}].` }, reading);
    }
  },
};

function readAlert(
  group: JsonObject,
  { alert, path }: { readonly alert: unknown; readonly path: string },
  reading: Reading,
): void {
  if (!isObject(alert)) {
    reading.refuse(
      'record.invalid-field',
      `${path.slice(0, -1)}: expected an object, got ${describe(alert)}`,
    );
    return;
  }
  const fields = reading.fields();
  const head = readAlertmanagerHead(fields, alert, { path, ending: 'explicit' });
  keepGroup(fields, group, head.annotations);
  const status = fields.status(`${path}status`, alert['status']);
  const endsAt = timeOrUnset(fields, `${path}endsAt`, alert['endsAt']);
  reading.add(fields, head, {
    status,
    observedAt: null,
    startsAt: timeOrUnset(fields, `${path}startsAt`, alert['startsAt']),
    // While it fires, an end is at most a guess of Prometheus; the webhook will say when it is over.
    endsAt: status === 'resolved' ? endsAt : null,
    value: null,
    id: '',
  });
}

/** `groupLabels`, `commonLabels` and `commonAnnotations` only repeat what the alerts say. */
function keepGroup(fields: Fields, group: JsonObject, annotations: Pairs): void {
  for (const key of ['receiver', 'externalURL', 'groupKey']) {
    fields.annotate(`alertmanager.${key}`, group[key], annotations);
  }
}
