import type { Incident, ProbableCause } from '../incident.ts';
import { defaulted, document, listOf, optional, record, required, time } from './notation.ts';
import { contributionSchema, originSchema } from './place.ts';
import { wordLists } from './words.ts';

const probableCause = record<ProbableCause>(
  'ProbableCause',
  'The member that most likely caused the others.',
  {
    fingerprint: required('string', 'Its fingerprint.'),
    confidence: required('double', '0 to 1.'),
    contributions: defaulted(listOf(contributionSchema), [], 'What the confidence rests on.'),
  },
);

export const incidentSchema = document(
  record<Incident>('Incident', 'Alerts that belong together; a higher revision replaces a lower one.', {
    id: required('string', 'Id of the incident; the key of the record.'),
    generation: required('int', '1, and one more each time it is reopened.'),
    revision: required('int', '1, and one more with each change.'),
    tenant: required('string', 'Whose incident it is.'),
    state: required(wordLists.incidentState.schema, 'Where it stands.'),
    severity: required(wordLists.severity.schema, 'The worst severity of its members.'),
    title: required('string', 'One line for people.'),
    startedAt: required(time, 'First observation of its first member.'),
    updatedAt: required(time, 'Event time of this revision.'),
    endedAt: optional(time, 'When the last firing member ended.'),
    alertCount: required('long', 'Occurrences that are or were members.'),
    suppressedCount: required('long', 'Of those, the ones nobody was told of.'),
    fingerprints: defaulted(listOf('string'), [], 'Fingerprints of the first members, capped.'),
    fingerprintCount: required('long', 'How many fingerprints it really has.'),
    services: defaulted(listOf('string'), [], 'The services its members are about.'),
    probableCause: optional(probableCause, 'The probable cause, once there is one.'),
    types: defaulted(listOf(wordLists.incidentType.schema), [], 'Why the alerts were taken together.'),
    confidence: required('double', '0 to 1: how sure it is that they belong together.'),
    origin: required(originSchema, 'Drop what is not above the highest origin seen of its shard.'),
  }),
);
