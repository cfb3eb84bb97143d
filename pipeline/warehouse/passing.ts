import { TocsinError } from '../../schemas/errors.ts';

/** The group has given the partition to somebody else: this member must leave it alone. */
export function isRefusedCommit(error: unknown): boolean {
  return error instanceof TocsinError && error.code === 'broker.illegal-generation';
}

/** Worth trying again. */
export function isPassing(error: unknown): boolean {
  return error instanceof TocsinError && error.isRetriable && !isRefusedCommit(error);
}
