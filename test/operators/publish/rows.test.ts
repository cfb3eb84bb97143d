import avro from 'avsc';
import { describe, expect, it } from 'vitest';
import { tables } from '../../../operators/publish/rows.ts';
import { fingerprint } from '../../support/tellings.ts';
import { change, incident, quiet, scene, seen, tell } from './scene.ts';

describe('what publish remembers', () => {
  it('of an incident goes an hour after it was resolved', () => {
    const s = scene();
    tell(s, 10, 'a');
    change(s, 10);
    change(s, 20, { state: 'resolved' });
    s.advance({ at: 3_600_019 });
    expect([s.rows('incidents'), s.rows('members')]).toEqual([1, 1]);
    s.advance({ at: 3_600_020 });
    expect([s.rows('incidents'), s.rows('members')]).toEqual([0, 0]);
  });

  it('of an incident stays when it is reopened, and its revisions go on', () => {
    const s = scene();
    tell(s, 10, 'a');
    change(s, 10);
    change(s, 20, { state: 'resolved' });
    tell(s, 1_000_000, 'b', { suppression: quiet() });
    change(s, 1_000_000, { generation: 2, alertCount: 2 });
    s.advance({ at: 9_000_000 });
    expect(seen(s)).toEqual(['1: open, 1 (0)', '2: resolved, 1 (0)', '3: open, 2 (1)']);
    expect(s.rows('incidents')).toBe(1);
  });

  it('of a member goes with its final summary', () => {
    const s = scene();
    tell(s, 10, 'a');
    tell(s, 20, 'a', { emitReason: 'final', isFinal: true });
    expect(s.rows('members')).toBe(0);
  });

  it('of an incident that correlate never speaks of goes too', () => {
    const s = scene({ keepMs: 1_000 });
    tell(s, 10, 'a');
    s.advance({ at: 1_010 });
    expect([s.rows('incidents'), s.rows('members')]).toEqual([0, 0]);
  });

  it('is stored and read back as it is', () => {
    for (const row of [
      { incident: null, isVisible: false, revision: 0, suppressed: 3 },
      {
        incident: incident({
          endedAt: 5,
          probableCause: {
            fingerprint: fingerprint('f'),
            confidence: 0.5,
            contributions: [{ name: 'first', weight: 1 }],
          },
        }),
        isVisible: true,
        revision: 2,
        suppressed: 0,
      },
    ]) {
      const type = avro.Type.forSchema(tables.incidents.schema);
      expect(JSON.parse(JSON.stringify(type.fromBuffer(type.toBuffer(row))))).toEqual(row);
    }
    const type = avro.Type.forSchema(tables.members.schema);
    const member = { incidentId: 'i', isTold: true };
    expect({ ...type.fromBuffer(type.toBuffer(member)) }).toEqual(member);
  });
});
