import type { Shape } from '../reading.ts';
import { isObject } from '../text.ts';
import { readAlertmanagerHead, timeOrUnset } from './alertmanager.ts';

/**
 * An alert of Alertmanager's API v2, as Prometheus posts it and `GET /api/v2/alerts` lists it. It fires until `endsAt`,
 * which its sender moves ahead as long as it lasts; so silence means that it is over.
 */
export const alertmanagerApi: Shape = {
  name: 'alertmanager-api',
  recognizes: (document) =>
    isObject(document['labels']) && !Object.hasOwn(document, 'name') && !Object.hasOwn(document, 'source'),
  read(document, reading) {
    const fields = reading.fields();
    const head = readAlertmanagerHead(fields, document, { path: '', ending: 'timeout' });
    // In a listing: state, silencedBy, inhibitedBy. In a webhook it would be the status; here that is for `endsAt` to say.
    fields.annotate('alertmanager.status', document['status'], head.annotations);
    const endsAt = timeOrUnset(fields, 'endsAt', document['endsAt']);
    reading.add(fields, head, {
      status: endsAt !== null && endsAt <= reading.record.at ? 'resolved' : 'firing',
      observedAt: timeOrUnset(fields, 'updatedAt', document['updatedAt']),
      startsAt: timeOrUnset(fields, 'startsAt', document['startsAt']),
      endsAt,
      value: null,
      id: '',
    });
  },
};
