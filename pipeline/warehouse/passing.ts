import { type ErrorCode, TocsinError } from '../../schemas/errors.ts';

/** The group has given the partition to somebody else: this member must leave it alone. */
export function isRefusedCommit(error: unknown): boolean {
  return error instanceof TocsinError && error.code === 'broker.illegal-generation';
}

const refusals: readonly string[] = [
  'warehouse.refused',
  'warehouse.no-access',
] satisfies readonly ErrorCode[];

/** The warehouse is there and does not take it: only a person can mend that, but may do so at any time. */
export function isRefusal(error: unknown): boolean {
  return error instanceof TocsinError && refusals.includes(error.code);
}

/** Worth trying again. */
export function isPassing(error: unknown): boolean {
  return error instanceof TocsinError && error.isRetriable && !isRefusedCommit(error);
}
