import { TocsinError } from '../../../schemas/errors.ts';
import type { Lease, ShardId } from '../state.ts';
import { nameOf } from '../stored-shard.ts';
import type { Answer } from './redis-link.ts';

/** The values of an OK. Throws what every other answer of the scripts means. */
export function expectOk({ code, values }: Answer, shard: ShardId): readonly Buffer[] {
  const first = String(values[0] ?? '');
  const name = nameOf(shard);
  switch (code) {
    case 'OK':
      return values;
    case 'FENCED':
      throw new TocsinError(
        'state.fenced',
        first === '' ? `${name} does not exist` : `${name} belongs to epoch ${first}`,
      );
    case 'GAP':
      throw new TocsinError('state.gap', `${name} is at ${first || 'no checkpoint'}`);
    case 'NEWER':
      throw new TocsinError('state.newer', `${name} is stored in layout ${first}`);
    case 'EVICTS':
      throw evicts(first);
    case 'DAMAGED':
      throw damaged(`${name}: ${first}`);
    default:
      throw new TocsinError('invariant.broken', `a script answered ${code} ${first}`);
  }
}

export function evicts(policy: string): TocsinError {
  return new TocsinError('state.evicts', `maxmemory-policy is ${policy}`);
}

export function damaged(what: string): TocsinError {
  return new TocsinError('state.damaged', what);
}

/** What goes away by itself: the caller tries again. */
export function passing({ shard }: Lease, what: string): TocsinError {
  return new TocsinError('state.unavailable', `${nameOf(shard)}: ${what}`);
}
