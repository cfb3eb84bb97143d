import type { Tail } from '../../../schemas/alert.ts';
import type { Fields } from '../fields.ts';
import type { Pairs } from '../head-cache.ts';
import type { Shape } from '../reading.ts';
import type { JsonObject } from '../text.ts';

const known = new Set([
  'tenant',
  'source',
  'name',
  'status',
  'severity',
  'labels',
  'annotations',
  'startsAt',
  'endsAt',
  'observedAt',
  'value',
  'generatorUrl',
  'id',
]);

/** Our own raw alert as JSON (the public contract). Only `name` is required; other keys are kept as annotations. */
export const rawAlert: Shape = {
  name: 'raw-alert',
  // A name is what makes an alert; one that was forgotten is told apart from a document of another kind.
  recognizes: (document) =>
    Object.hasOwn(document, 'name') ||
    (Object.hasOwn(document, 'source') && Object.hasOwn(document, 'labels')),
  read(document, reading) {
    const fields = reading.fields();
    const annotations = fields.annotations('annotations', document['annotations']);
    keepUnknown(fields, document, annotations);
    const head = {
      tenant: fields.tenant('tenant', document['tenant']),
      source: fields.text('source', document['source']),
      name: fields.name('name', document['name']),
      severity: fields.severity('severity', document['severity'], annotations),
      labels: fields.labels('labels', document['labels']),
      annotations,
      generatorUrl: fields.text('generatorUrl', document['generatorUrl']),
      ending: 'window',
    } as const;
    reading.add(fields, head, readTail(fields, document));
  },
};

function readTail(fields: Fields, document: JsonObject): Tail {
  return {
    status: fields.status('status', document['status']),
    observedAt: fields.time('observedAt', document['observedAt']),
    startsAt: fields.time('startsAt', document['startsAt']),
    endsAt: fields.time('endsAt', document['endsAt'], true),
    value: fields.number('value', document['value']),
    id: fields.text('id', document['id']),
  };
}

function keepUnknown(fields: Fields, document: JsonObject, annotations: Pairs): void {
  for (const key of Object.keys(document)) {
    if (!known.has(key)) fields.annotate(key, document[key], annotations);
  }
}
