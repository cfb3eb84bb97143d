import { TocsinError } from '../../schemas/errors.ts';

/** An error of the registry's client in the words of the catalogue. */
export function registryError(cause: unknown, doing: string): TocsinError {
  if (cause instanceof TocsinError) return cause;
  const message = cause instanceof Error ? cause.message : String(cause);
  return new TocsinError(codeOf(cause), `${doing}: ${message}`, { cause });
}

function codeOf(cause: unknown) {
  const status = statusOf(cause);
  if (status === 401 || status === 403) return 'registry.refused';
  if (status === 409) return 'registry.incompatible';
  if (status === 422) return 'registry.invalid-schema';
  // The client checks a schema before it sends it.
  if (cause instanceof Error && cause.name === 'ConfluentSchemaRegistryArgumentError')
    return 'registry.invalid-schema';
  // 400 as well: that is what the client calls sockets, names and timeouts.
  return 'registry.unavailable';
}

/**
 * Whether the registry says that there is no such thing. A 404 without its words comes from something else, a proxy or a
 * wrong path; taking it for "unknown schema" would send every record to the dead letters.
 */
export function isNotFound(cause: unknown): boolean {
  const hasItsWords = cause instanceof Error && !cause.message.includes('Error, status 404');
  return statusOf(cause) === 404 && hasItsWords;
}

/** The HTTP status in an error of the client; 0 for other errors. */
export function statusOf(cause: unknown): number {
  const hasStatus = typeof cause === 'object' && cause !== null && 'status' in cause;
  return hasStatus ? Number(cause.status) : 0;
}
