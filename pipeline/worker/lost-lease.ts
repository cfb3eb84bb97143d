import { type ErrorCode, TocsinError } from '../../schemas/errors.ts';

const leaseCodes: ReadonlySet<ErrorCode> = new Set([
  'state.fenced',
  'state.gap',
  'broker.illegal-generation',
]);

/**
 * Whether an error says that this instance is not, or may not be, the owner of its shard any more. Its memory is to be
 * thrown away; whoever owns the shard next, perhaps this process again, starts from what is stored (protocol.md ACQUIRE 7).
 */
export function isLeaseLost(error: unknown): boolean {
  return error instanceof TocsinError && leaseCodes.has(error.code);
}
