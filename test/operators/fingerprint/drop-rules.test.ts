import { describe, expect, it } from 'vitest';
import { identityOf } from './send.ts';

describe('a drop rule', () => {
  const config = (...matchers: readonly string[]) => ({
    drop: [
      { name: 'other', matchers: ['name="none"'] },
      { name: 'rule', matchers },
    ],
  });
  it.each([
    ['severity="high"', 'rule'],
    ['severity="low"', ''],
    ['source=probe', 'rule'],
    ['alertname="HighLatency"', 'rule'],
    ['tenant!="acme"', ''],
    ['region="eu"', 'rule'],
    ['zone=""', 'rule'],
    ['zone!=""', ''],
    ['{region="eu", service="cart"}', ''],
  ])('with %s drops by %j', (matcher, droppedBy) => {
    expect(identityOf({}, config(matcher)).droppedBy).toBe(droppedBy);
  });

  it('wants all of its matchers', () => {
    expect(identityOf({}, config('region="eu"', 'source="x"')).droppedBy).toBe('');
  });

  it('changes neither fingerprint nor domain', () => {
    const dropped = identityOf({}, config('region="eu"'));
    expect(dropped.droppedBy).toBe('rule');
    expect(dropped.toJSON()).toEqual({ ...identityOf().toJSON(), droppedBy: 'rule' });
  });
});
