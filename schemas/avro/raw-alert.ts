import type { Head, RawAlert, Tail } from '../alert.ts';
import { defaulted, document, type Fields, optional, record, required, textMap, time } from './notation.ts';
import { wordLists } from './words.ts';

/** What identifies and describes; first on the wire, so that a repeat is recognised by these bytes alone. */
export const headFields: Fields<Head> = {
  tenant: defaulted('string', 'default', 'Whose alert it is.'),
  source: defaulted('string', '', 'The system that raised it.'),
  name: required('string', 'What is wrong, e.g. the name of the alerting rule.'),
  severity: defaulted(wordLists.severity.schema, 'UNKNOWN', 'How bad it is, as the source says.'),
  labels: defaulted(
    textMap,
    {},
    'What it is about. Write the keys sorted: a repeat then has the same bytes.',
  ),
  annotations: defaulted(textMap, {}, 'Text for people. Write the keys sorted, as for the labels.'),
  generatorUrl: defaulted('string', '', 'Where the source shows it; empty when it does not.'),
};

/** What changes from one observation to the next; last on the wire. */
const tailFields: Fields<Tail> = {
  status: defaulted(wordLists.status.schema, 'FIRING', 'Firing or resolved; UNKNOWN is refused.'),
  observedAt: optional(time, 'Time of this observation; the timestamp of the record when null.'),
  startsAt: optional(time, 'Since when it fires, where the source names it.'),
  endsAt: optional(time, 'When it ended, or when a timeout source would call it over.'),
  value: optional('double', 'The measured value behind it; must be finite.'),
  id: defaulted('string', '', 'The id the producer gave this observation; empty when it gave none.'),
};

/** Only the name is required, as in JSON. */
export const rawAlertSchema = document(
  record<RawAlert>('RawAlert', 'One observation of one alert, as a producer states it.', {
    ...headFields,
    ...tailFields,
  }),
);

export const headSchema = record<Head>('Head', 'What identifies and describes an alert.', headFields);
