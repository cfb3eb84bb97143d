import type { Aggregate } from '../aggregate.ts';
import { defaulted, document, optional, record, required, time } from './notation.ts';
import { originSchema } from './place.ts';
import { wordLists } from './words.ts';

export const aggregateSchema = document(
  record<Aggregate>(
    'Aggregate',
    'One window of one group of alerts; a higher revision replaces a lower one.',
    {
      tenant: required('string', 'Tenant of the group.'),
      service: required('string', 'Service of the group.'),
      severity: required(wordLists.severity.schema, 'Severity of the group.'),
      name: required('string', 'Alert name of the group.'),
      windowStart: required(time, 'Start of the window, inclusive.'),
      windowEnd: required(time, 'End of the window, exclusive.'),
      count: required('long', 'Firing observations in the window.'),
      valueCount: required('long', 'Of those, the ones with a value.'),
      sum: required('double', 'Sum of the values.'),
      min: optional('double', 'The least value.'),
      max: optional('double', 'The greatest value.'),
      p50: optional('double', 'Median, within 1 % of the true value.'),
      p90: optional('double', '90th percentile, within 1 % of the true value.'),
      p99: optional('double', '99th percentile, within 1 % of the true value.'),
      revision: required('int', 'Counts the statements about this window from 1.'),
      isFinal: defaulted('boolean', false, 'Nothing more can come for this window.'),
      origin: required(originSchema, 'Drop what is not above the highest origin seen of its shard.'),
    },
  ),
);
