import type { EnrichedAlert, IncidentRef, Score, Suppression, ValueStats } from '../alert.ts';
import { defaulted, document, listOf, optional, record, required, time } from './notation.ts';
import { contributionSchema, originSchema } from './place.ts';
import { headFields } from './raw-alert.ts';
import { wordLists } from './words.ts';

const valueStats = record<ValueStats>('ValueStats', 'Statistics of the values observed in an occurrence.', {
  last: required('double', 'The newest.'),
  min: required('double', 'The least.'),
  max: required('double', 'The greatest.'),
  mean: required('double', 'Sum by number of observations that had a value.'),
});

const incidentRef = record<IncidentRef>('IncidentRef', 'The incident an alert belongs to.', {
  id: required('string', 'Id of the incident.'),
  generation: required('int', 'Which time it was opened, from 1.'),
  confidence: required('double', '0 to 1: how sure it is that the alert belongs to it.'),
  contributions: defaulted(listOf(contributionSchema), [], 'What the confidence rests on.'),
});

const score = record<Score>('Score', 'How unusual it is.', {
  value: required('double', '0 to 1: share of earlier observations of the series that were less unusual.'),
  features: defaulted(listOf(contributionSchema), [], 'What drove it.'),
});

const suppression = record<Suppression>('Suppression', 'Why nobody was told, and until when.', {
  kind: required(wordLists.suppressionKind.schema, 'What kept it quiet.'),
  rule: required('string', 'Name or id of the rule.'),
  location: required('string', 'file:line of the rule, or control.v1@offset.'),
  since: required(time, 'From when.'),
  until: optional(time, 'Until when; null until the rule changes.'),
});

export const enrichedAlertSchema = document(
  record<EnrichedAlert>('EnrichedAlert', 'Something told (or kept quiet) about one occurrence of an alert.', {
    ...headFields,
    status: required(wordLists.status.schema, 'Firing or resolved.'),
    startsAt: optional(time, 'Since when it fires, where the source names it.'),
    endsAt: optional(time, 'When it ended, or when a timeout source would call it over.'),
    observedAt: optional(time, 'Time of the newest observation.'),
    value: optional('double', 'Its value.'),
    id: required('string', 'Deterministic id of this output.'),
    sourceId: defaulted('string', '', 'The id the producer gave the newest observation.'),
    fingerprint: required('string', 'What the alert is: 32 hex digits over tenant and identity fields.'),
    fingerprintRule: defaulted('string', '', 'The identity rule that applied.'),
    contentHash: defaulted('string', '', 'Changes whenever anything that describes the alert changes.'),
    occurrence: required('string', 'One firing period of the fingerprint.'),
    mergedInto: optional(
      'string',
      'With emitReason MERGED: the occurrence this one turned out to belong to.',
    ),
    firstSeen: required(time, 'First observation of the occurrence.'),
    lastSeen: required(time, 'Last observation of the occurrence.'),
    count: required('long', 'Firing observations of the occurrence so far.'),
    isLate: defaulted('boolean', false, 'Came too late to take part in its occurrence.'),
    isFinal: defaulted('boolean', false, 'Nothing more can come for this occurrence.'),
    valueStats: optional(valueStats, 'Statistics of its values; null when it has none.'),
    emitReason: required(wordLists.emitReason.schema, 'Why this output was sent.'),
    incident: optional(incidentRef, 'The incident it belongs to.'),
    score: optional(score, 'How unusual it is.'),
    owner: defaulted('string', '', 'Who owns the service.'),
    service: defaulted('string', '', 'The service it is about.'),
    runbookUrl: defaulted('string', '', 'What to do about it.'),
    suppression: optional(suppression, 'Why nobody was told; null in alerts.enriched.v1.'),
    origin: required(originSchema, 'Drop what is not above the highest origin seen of its shard.'),
  }),
);
