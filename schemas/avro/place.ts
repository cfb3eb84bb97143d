import type { Contribution } from '../alert.ts';
import type { Origin, Place } from '../place.ts';
import { record, required } from './notation.ts';

export const placeSchema = record<Place>('Place', 'Where an alert stands in its input partition.', {
  offset: required('long', 'Offset of the record.'),
  n: required('int', 'Counts the alerts of one record from 0.'),
});

export const originSchema = record<Origin>(
  'Origin',
  'Where an output comes from; only grows within a shard.',
  {
    shard: required('int', 'The input partition.'),
    offset: required('long', 'Offset of the input record that caused it.'),
    n: required('int', 'Counts the outputs of one input record from 0.'),
  },
);

export const contributionSchema = record<Contribution>('Contribution', 'One named reason for a number.', {
  name: required('string', 'What contributed.'),
  weight: required('double', 'How much; the weights of one list sum to at most 1.'),
});
