import { TocsinError } from '../../../schemas/errors.ts';

// What repeating cannot mend: who we are, what we may do, and a server without scripts. Redis 6 wraps these words into
// the text of a script's error; 7 puts them first. Everything else (LOADING, READONLY, OOM, CLUSTERDOWN, sockets) passes.
const refusals = [
  /\bNOAUTH\b/,
  /\bWRONGPASS\b/,
  /\bNOPERM\b/,
  /user executing the script can't/,
  /unknown command/i,
  /invalid password/i,
  /DB index is out of range/,
];

/** Whether another attempt would be refused as well. */
export function isRefusal(cause: unknown): boolean {
  const message = messageOf(cause);
  return refusals.some((pattern) => pattern.test(message));
}

/** Whether a key holds something that is none of ours. */
export function isWrongType(cause: unknown): boolean {
  return /\bWRONGTYPE\b/.test(messageOf(cause));
}

/** An error of ioredis or of the server in the words of the catalogue. */
export function stateError(cause: unknown, doing: string): TocsinError {
  if (cause instanceof TocsinError) return cause;
  const code = isRefusal(cause) ? 'state.refused' : 'state.unavailable';
  return new TocsinError(code, `${doing}: ${messageOf(cause)}`, { cause });
}

/** A cluster that cannot be reached hides the reason one level down. */
function messageOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  const { lastNodeError } = cause as Error & { readonly lastNodeError?: Error };
  const hidden = lastNodeError === undefined ? '' : ` (${lastNodeError.message})`;
  return `${cause.message || cause.name}${hidden}`;
}
