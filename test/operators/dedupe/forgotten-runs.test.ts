import { describe, expect, it } from 'vitest';
import { fold } from '../../../operators/dedupe/index.ts';
import { fingerprintOf } from '../../../schemas/identity.ts';
import { hour, minute, noon, second } from '../../support/dedupe-flow.ts';
import { drive } from '../../support/operator-host.ts';
import { statements } from './telling-case.ts';

describe('of runs that are over', () => {
  it('nothing is left after a while, though there are many', () => {
    const driven = drive(fold);
    const drafts = Array.from({ length: 200 }, (_, number) => ({ at: 0, name: `Alert${number}` }));
    for (const fact of statements(drafts)) driven.send(fact, noon);
    let most = 0;
    for (let at = 0; at <= 3 * hour; at += minute) {
      driven.advance({ complete: noon + at });
      most = Math.max(most, driven.rows('counted'));
    }
    expect(most).toBe(200);
    expect(['runs', 'histories', 'counted'].map((table) => driven.rows(table))).toEqual([0, 0, 0]);
    expect([...driven.host.queues.complete.all()]).toEqual([]);
  });

  it.each([
    ['in another cell', { cell: noon + 5 * minute, first: noon + 5 * minute, last: noon + 5 * minute }],
    ['of another fingerprint', { fingerprint: fingerprintOf(['other']) }],
  ])('nothing is left where REDUCE, configured anew, states the same first alert %s', (_, change) => {
    const driven = drive(fold);
    const [fact] = statements([{ at: 0 }]);
    if (fact?.kind !== 'partial') throw new Error('REDUCE states a partial first');
    driven.send(fact, noon);
    driven.send({ ...fact, ...change, v: { offset: fact.v.offset + 1, n: 0 } }, noon + second);
    driven.advance({ complete: noon + 100 * hour });
    expect([...driven.host.queues.complete.all()]).toEqual([]);
    expect(['runs', 'histories', 'counted'].map((table) => driven.rows(table))).toEqual([0, 0, 0]);
  });
});
