import { describe, expect, it } from 'vitest';
import type { Acknowledgement } from '../../../schemas/control.ts';
import { alertOf, bench, control, minuteMs, resolved, secondMs, t0, telling } from './tellings.ts';

const on = (host: string, parts: object = {}) => alertOf({ labels: { host }, ...parts });

const ack = (incidentId: string | undefined, parts: Partial<Acknowledgement> = {}) =>
  control({
    kind: 'acknowledgement',
    id: 'ack-1',
    tenant: 'acme',
    createdBy: 'ana',
    comment: '',
    incidentId: incidentId ?? '',
    generation: 1,
    ...parts,
  });

const withdrawal = (tenant = 'acme') =>
  control({ kind: 'withdrawal', id: 'ack-1', tenant, createdBy: 'ana', comment: '' });

describe('the end of an incident', () => {
  it('comes after the quiet delay, not with the last end', () => {
    const { tell, end, advance, incidents } = bench();
    const alert = on('a');
    tell(alert);
    end(alert, minuteMs);
    advance(6 * minuteMs - 1);
    expect(incidents()[0]?.state).toBe('open');
    advance(6 * minuteMs);
    expect(incidents()[0]).toMatchObject({ state: 'resolved', endedAt: t0 + minuteMs, generation: 1 });
  });

  it('waits for the last of its members', () => {
    const { tell, end, advance, incidents } = bench();
    const [first, second] = [on('a', { name: 'First' }), on('a', { name: 'Second', from: secondMs })];
    tell(first);
    tell(second);
    end(first, minuteMs);
    advance(60 * minuteMs);
    expect(incidents()[0]?.state).toBe('open');
    end(second, 61 * minuteMs);
    advance(66 * minuteMs);
    expect(incidents()[0]).toMatchObject({ state: 'resolved', endedAt: t0 + 61 * minuteMs });
  });

  it('is put off by a flap within the delay, without a new generation', () => {
    const { tell, end, advance, incidents } = bench();
    for (const from of [0, 4 * minuteMs, 8 * minuteMs]) {
      const alert = on('a', { from });
      tell(alert);
      end(alert, from + minuteMs);
    }
    advance(13 * minuteMs);
    expect(incidents()).toMatchObject([{ state: 'open', generation: 1, alertCount: 3, fingerprintCount: 1 }]);
    advance(14 * minuteMs);
    expect(incidents()[0]?.state).toBe('resolved');
  });

  it('waits for what is still behind, however far the log is ahead of the alerts', () => {
    const { tell, driven, incidents } = bench();
    const alert = on('a');
    tell(alert);
    const hourBehind = { at: t0 + 61 * minuteMs, complete: t0 + minuteMs };
    driven.advance(hourBehind);
    driven.send(telling(resolved(alert, minuteMs)));
    driven.advance({ at: t0 + 70 * minuteMs });
    expect(incidents()[0]?.state).toBe('open');
    driven.advance({ complete: t0 + 6 * minuteMs - 1 });
    expect(incidents()[0]?.state).toBe('open');
    driven.advance({ complete: t0 + 6 * minuteMs });
    expect(incidents()[0]).toMatchObject({ state: 'resolved', endedAt: t0 + minuteMs });
  });

  it('counts from the end itself while nothing is known to be complete', () => {
    const { driven, incidents } = bench();
    const alert = alertOf();
    driven.send(telling(alert), t0);
    driven.send(telling(resolved(alert, minuteMs)), t0 + minuteMs);
    driven.advance({ complete: t0 + 6 * minuteMs - 1 });
    expect(incidents()[0]?.state).toBe('open');
    driven.advance({ complete: t0 + 6 * minuteMs });
    expect(incidents()[0]?.state).toBe('resolved');
  });

  it('does not wait for mild members, which never tie one outage to the next', () => {
    const { tell, end, advance, incidents } = bench();
    const outage = on('a', { name: 'DiskFull' });
    const probe = on('a', { name: 'ProbeFailed', severity: 'low', from: minuteMs });
    tell(outage);
    tell(probe);
    end(outage, 2 * minuteMs);
    const again = on('a', { name: 'GarbageCollection', severity: 'low', from: 4 * minuteMs });
    tell(again);
    end(again, 5 * minuteMs);
    advance(7 * minuteMs);
    expect(incidents()[0]).toMatchObject({ state: 'resolved', alertCount: 3 });
  });

  it('waits for mild members when there are no others', () => {
    const { tell, end, advance, incidents } = bench();
    const [first, second] = [
      on('a', { severity: 'low' }),
      on('a', { severity: 'low', name: 'Second', from: secondMs }),
    ];
    tell(first);
    tell(second);
    end(first, minuteMs);
    advance(60 * minuteMs);
    expect(incidents()[0]?.state).toBe('open');
  });

  it('waits for a mild member that has become severe', () => {
    const { tell, end, advance, incidents } = bench();
    const [first, second] = [on('a'), on('a', { severity: 'low', name: 'Second', from: secondMs })];
    tell(first);
    tell(second);
    tell({ ...second, severity: 'critical', emitReason: 'update' }, minuteMs);
    end(first, 2 * minuteMs);
    advance(60 * minuteMs);
    expect(incidents()[0]?.state).toBe('open');
  });

  it('is noted', () => {
    const { tell, end, advance, driven } = bench();
    const alert = on('a');
    const id = tell(alert).incident?.id;
    end(alert, minuteMs);
    advance(6 * minuteMs);
    expect(driven.decisions.at(-1)).toMatchObject({
      reason: 'incident-resolved',
      outcome: 'noted',
      incidentId: id,
      fingerprint: alert.fingerprint,
      eventTime: t0 + 6 * minuteMs,
    });
  });
});

describe('a resolved incident', () => {
  const closed = () => {
    const test = bench();
    const alert = on('a');
    const id = test.tell(alert).incident?.id;
    test.end(alert, minuteMs);
    test.advance(10 * minuteMs);
    return { ...test, id };
  };

  it('is reopened as the next generation when its cause fires again', () => {
    const { tell, id, incidents, reasons } = closed();
    const back = tell(on('a', { from: 25 * minuteMs, severity: 'low' }));
    expect(back.incident).toMatchObject({ id, generation: 2 });
    expect(incidents()).toMatchObject([
      { id, generation: 2, state: 'open', startedAt: t0 + 25 * minuteMs, endedAt: null, severity: 'low' },
    ]);
    expect(reasons().at(-1)).toBe('reopened');
  });

  it('is not reopened when reopenWithinMs has passed', () => {
    const { tell, id } = closed();
    expect(tell(on('a', { from: 32 * minuteMs })).incident?.id).not.toBe(id);
  });

  it.each([
    ['by its cause', 'Cause', true],
    ['not by a side alert', 'Side', false],
  ])('is reopened long after %s', (_, name, expected) => {
    const { tell, end } = bench();
    const cause = on('a', { name: 'Cause', severity: 'critical' });
    const side = on('a', { name: 'Side', from: secondMs });
    tell(cause);
    const { incident } = tell(side);
    end(cause, minuteMs);
    end(side, minuteMs);
    expect(tell(on('a', { name, from: 25 * minuteMs })).incident?.id === incident?.id).toBe(expected);
  });

  it('is not reopened by another alert nearby: what came after its end is something else', () => {
    const { tell, end, advance } = bench();
    const alert = on('a');
    const first = tell(alert);
    end(alert, secondMs);
    advance(minuteMs * 5 + 2 * secondMs);
    const other = on('a', { name: 'Other', from: 5 * minuteMs + 3 * secondMs });
    expect(tell(other).incident?.id).not.toBe(first.incident?.id);
  });

  it('is reopened by an occurrence of its own that fires after all', () => {
    const { tell, id, incidents } = closed();
    const back = tell({ ...on('a'), emitReason: 'update', lastSeen: t0 + 12 * minuteMs }, 12 * minuteMs);
    expect(back.incident).toMatchObject({ id, generation: 2 });
    expect(incidents()[0]).toMatchObject({ state: 'open', startedAt: t0 + 12 * minuteMs });
  });

  it('keeps the start of a generation when an alert of an earlier one is summed up', () => {
    const { tell, incidents } = closed();
    tell(on('a', { from: 20 * minuteMs }));
    const final = { ...on('a', { severity: 'critical' }), emitReason: 'final', isFinal: true } as const;
    tell(final, 21 * minuteMs);
    expect(incidents()[0]).toMatchObject({ generation: 2, startedAt: t0 + 20 * minuteMs, severity: 'high' });
  });

  it('leaves no rows when its time to come back is over', () => {
    const { advance, driven } = closed();
    expect(driven.rows('incidents')).toBe(1);
    advance(31 * minuteMs);
    expect([driven.rows('incidents'), driven.rows('members')]).toEqual([0, 0]);
  });
});

describe('an acknowledgement', () => {
  const opened = () => {
    const test = bench();
    const alert = on('a');
    return { ...test, alert, id: test.tell(alert).incident?.id };
  };

  it('passes on and acknowledges the generation that it names', () => {
    const { send, id, incidents, reasons, driven } = opened();
    send(ack(id), minuteMs);
    expect(incidents()[0]).toMatchObject({ state: 'acknowledged', revision: 2 });
    expect(reasons().at(-1)).toBe('incident-acknowledged');
    expect(driven.events.map(({ kind }) => kind)).toEqual(['telling', 'incident', 'control', 'incident']);
  });

  it.each([
    ['another generation', { generation: 2 }],
    ['another tenant', { tenant: 'other' }],
    ['an incident that nobody knows', { incidentId: 'gone' }],
  ])('of %s passes on and changes nothing', (_, parts) => {
    const { send, id, published, driven } = opened();
    send(ack(id, parts), minuteMs);
    expect(published()).toHaveLength(1);
    expect(driven.events.at(-1)?.kind).toBe('control');
  });

  it('holds while members join, and the end still comes', () => {
    const { send, id, tell, end, advance, alert, incidents } = opened();
    send(ack(id), secondMs);
    const other = on('a', { name: 'Other', from: 2 * secondMs });
    tell(other);
    expect(incidents()[0]).toMatchObject({ state: 'acknowledged', alertCount: 2 });
    end(alert, minuteMs);
    end(other, minuteMs);
    advance(6 * minuteMs);
    expect(incidents()[0]?.state).toBe('resolved');
  });

  it('is over with its generation', () => {
    const { send, id, end, tell, advance, alert, incidents } = opened();
    send(ack(id), secondMs);
    end(alert, minuteMs);
    advance(10 * minuteMs);
    tell(on('a', { from: 12 * minuteMs }));
    expect(incidents()[0]).toMatchObject({ generation: 2, state: 'open' });
  });

  it('is replaced by one of another incident under its id, and by any other control', () => {
    const { tell, send, published, incidents, id } = opened();
    const other = tell(on('b', { from: secondMs })).incident?.id;
    const states = () => Object.fromEntries(incidents().map((incident) => [incident.id, incident.state]));
    for (const incidentId of [id, other]) send(ack(incidentId), minuteMs);
    expect(states()).toEqual({ [`${id}`]: 'open', [`${other}`]: 'acknowledged' });
    const before = published().length;
    send(ack(other), minuteMs);
    expect(published()).toHaveLength(before);
    const dated = { id: 'ack-1', tenant: 'acme', createdBy: 'ana', comment: '' };
    send(control({ kind: 'silence', ...dated, matchers: [], startsAt: 0, endsAt: 1 }), 2 * minuteMs);
    expect(states()).toEqual({ [`${id}`]: 'open', [`${other}`]: 'open' });
  });

  it('can be withdrawn by its tenant only', () => {
    const { send, id, incidents } = opened();
    send(ack(id), secondMs);
    send(withdrawal('other'), 2 * secondMs);
    expect(incidents()[0]?.state).toBe('acknowledged');
    send(withdrawal(), 3 * secondMs);
    expect(incidents()[0]).toMatchObject({ state: 'open', revision: 3 });
  });
});
