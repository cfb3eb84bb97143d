import type { Decision, InputRange } from '../decision.ts';
import { defaulted, document, optional, record, required, textMap, time } from './notation.ts';
import { originSchema, placeSchema } from './place.ts';
import { wordLists } from './words.ts';

const inputRange = record<InputRange>(
  'InputRange',
  'The alerts of one raw partition a decision speaks for.',
  {
    shard: required('int', 'The raw partition.'),
    id: required(placeSchema, 'The run they arrived in: the place of its first alert.'),
    from: required(placeSchema, 'The first of them.'),
    to: required(placeSchema, 'The last of them.'),
    firstAt: required(time, 'Time of the first observation.'),
    lastAt: required(time, 'Time of the last observation.'),
  },
);

export const decisionSchema = document(
  record<Decision>('Decision', 'Why something was sent or not sent.', {
    alertId: required('string', 'Id of the output, or of the occurrence for folded runs.'),
    fingerprint: required('string', 'The alert it is about.'),
    occurrence: optional('string', 'The occurrence it is about.'),
    incidentId: optional('string', 'The incident it is about.'),
    generation: defaulted('int', 0, 'Generation of that incident; 0 without one.'),
    tenant: required('string', 'Whose alert it is.'),
    stage: required('string', 'The operator that decided.'),
    outcome: required(wordLists.outcome.schema, 'What became of the alerts.'),
    reason: required(wordLists.reason.schema, 'Why.'),
    rule: defaulted('string', '', 'The rule that applied; empty without one.'),
    location: defaulted('string', '', 'file:line of the rule, or control.v1@offset.'),
    detail: defaulted(textMap, {}, 'Named facts the decision rests on.'),
    count: required('long', 'Alerts it accounts for.'),
    inputRange: optional(inputRange, 'Those alerts in their input.'),
    eventTime: required(time, 'When, in event time.'),
    origin: required(originSchema, 'Drop what is not above the highest origin seen of its shard.'),
  }),
);
