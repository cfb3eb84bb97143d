import { severities, statuses } from '../alert.ts';

const time = {
  anyOf: [{ type: 'string', format: 'date-time' }, { type: 'integer' }, { type: 'null' }],
};

/** Labels say what an alert is: numbers and booleans are taken as their text, null drops the label. */
const texts = {
  type: 'object',
  additionalProperties: { type: ['string', 'number', 'boolean', 'null'] },
};

/**
 * JSON Schema (2020-12) of the raw alert, for producers who send JSON to `alerts.raw.v1`. It is as lenient as the
 * worker: keys it does not name are kept as annotations.
 */
export const rawAlertJsonSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $id: 'urn:tocsin:v1:raw-alert',
  title: 'Raw alert',
  description: 'One observation of one alert. Unknown keys are kept as annotations.',
  type: 'object',
  required: ['name'],
  properties: {
    tenant: { type: 'string', default: 'default', description: 'Whose alert it is.' },
    source: { type: 'string', default: '', description: 'The system that raised it.' },
    name: { type: 'string', minLength: 1, description: 'What is wrong, e.g. the name of the alerting rule.' },
    status: { enum: [...statuses], default: 'firing', description: 'Whether it fires or is over.' },
    severity: {
      type: 'string',
      default: 'unknown',
      examples: [...severities],
      description: 'How bad it is. Words of other systems (warning, sev2, P1 …) are translated.',
    },
    labels: { ...texts, default: {}, description: 'What it is about: identity is made of these.' },
    annotations: { ...texts, default: {}, description: 'Text for people.' },
    startsAt: { ...time, description: 'Since when it fires: ISO 8601 or epoch milliseconds.' },
    endsAt: { ...time, description: 'When it ended: ISO 8601 or epoch milliseconds.' },
    observedAt: {
      ...time,
      description: 'Time of this observation; the timestamp of the record when absent.',
    },
    value: { type: ['number', 'null'], description: 'The measured value behind it; finite.' },
    generatorUrl: { type: 'string', default: '', description: 'Where the source shows it.' },
    id: { type: 'string', default: '', description: 'Your own id of this observation.' },
  },
} as const;
