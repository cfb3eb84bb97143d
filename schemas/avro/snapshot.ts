import type { SnapshotPiece, SnapshotRow } from '../snapshot.ts';
import { document, listOf, optional, record, required } from './notation.ts';

const row = record<SnapshotRow>('SnapshotRow', 'One row of a table.', {
  table: required('string', 'Operator and table, or a table of the shard itself.'),
  key: required('string', 'Key of the row.'),
  value: optional('bytes', 'The row in the Avro schema of its table; null takes it away.'),
});

export const snapshotSchema = document(
  record<SnapshotPiece>('SnapshotPiece', 'A piece of the whole state of one RELATE shard; internal.', {
    id: required('string', 'Which snapshot it belongs to.'),
    number: required('int', 'Place among its pieces, from 0.'),
    rows: required(listOf(row), 'Rows, laid over those of earlier pieces.'),
    offset: optional('long', 'On the last piece: next offset of the input that the state is of.'),
  }),
);
