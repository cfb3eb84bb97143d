import { TocsinError } from '../../schemas/errors.ts';

/**
 * Whether an error may pass: this instance is not, or may not be, the owner of its shard any more, or a neighbour does not
 * answer. The instance's memory is to be thrown away; whoever owns the shard next, perhaps this process again, starts from
 * what is stored (protocol.md ACQUIRE 7).
 */
export function isPassing(error: unknown): boolean {
  return error instanceof TocsinError && error.isRetriable;
}
