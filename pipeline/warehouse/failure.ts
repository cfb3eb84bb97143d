import { TocsinError } from '../../schemas/errors.ts';

// What does not pass by itself. Everything else (sockets, memory limits, too many parts, read-only disks) may pass.
const permanent = new Set([
  'SYNTAX_ERROR',
  'UNKNOWN_TABLE',
  'UNKNOWN_DATABASE',
  'UNKNOWN_IDENTIFIER',
  'UNKNOWN_FUNCTION',
  'UNKNOWN_SETTING',
  'UNKNOWN_TYPE',
  'NO_SUCH_COLUMN_IN_TABLE',
  'NUMBER_OF_COLUMNS_DOESNT_MATCH',
  'NUMBER_OF_ARGUMENTS_DOESNT_MATCH',
  'TYPE_MISMATCH',
  'ILLEGAL_TYPE_OF_ARGUMENT',
  'CANNOT_CONVERT_TYPE',
  'INCORRECT_DATA',
  'BAD_ARGUMENTS',
]);

/** Names of the errors that are about who asks. */
const personal = new Set([
  'AUTHENTICATION_FAILED',
  'ACCESS_DENIED',
  'UNKNOWN_USER',
  'WRONG_PASSWORD',
  'REQUIRED_PASSWORD',
  'IP_ADDRESS_NOT_ALLOWED',
  'READONLY',
]);

/** A ClickHouse error in the words of the catalogue. */
export function warehouseError(cause: unknown, doing: string): TocsinError {
  if (cause instanceof TocsinError) return cause;
  return new TocsinError(codeOf(typeOf(cause)), `${doing}: ${wordsOf(cause)}`, { cause });
}

function codeOf(type: string) {
  if (personal.has(type)) return 'warehouse.no-access';
  const isPermanent = permanent.has(type) || type.startsWith('CANNOT_PARSE');
  return isPermanent ? 'warehouse.refused' : 'warehouse.unavailable';
}

/** One line. A host with several addresses fails with an error for each of them, in one that says nothing itself. */
function wordsOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  const [line = ''] = cause.message.split('\n', 1);
  if (line.trim() !== '') return line.trim();
  if (cause instanceof AggregateError && cause.errors.length > 0) return wordsOf(cause.errors[0]);
  return 'code' in cause ? String(cause.code) : cause.name;
}

/** ClickHouse's name of the error. By shape: chdb throws the error class of its own copy of the client. */
function typeOf(cause: unknown): string {
  const hasType = cause instanceof Error && 'type' in cause && typeof cause.type === 'string';
  return hasType ? String(cause.type) : '';
}
