import { TocsinError } from '../../schemas/errors.ts';

// What repeating cannot mend. Everything else (sockets, memory limits, too many parts, read-only disks) may pass.
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
  const message = cause instanceof Error ? (cause.message.split('\n', 1)[0] ?? '') : String(cause);
  return new TocsinError(codeOf(typeOf(cause)), `${doing}: ${message}`, { cause });
}

function codeOf(type: string) {
  if (personal.has(type)) return 'warehouse.no-access';
  const isPermanent = permanent.has(type) || type.startsWith('CANNOT_PARSE');
  return isPermanent ? 'warehouse.refused' : 'warehouse.unavailable';
}

/** ClickHouse's name of the error. By shape: chdb throws the error class of its own copy of the client. */
function typeOf(cause: unknown): string {
  const hasType = cause instanceof Error && 'type' in cause && typeof cause.type === 'string';
  return hasType ? String(cause.type) : '';
}
