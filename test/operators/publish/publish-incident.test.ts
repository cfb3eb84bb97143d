import { describe, expect, it } from 'vitest';
import type { Suppression } from '../../../schemas/alert.ts';
import { occurrence } from '../../support/tellings.ts';
import { change, outputs, quiet, ref, scene, seen, tell } from './scene.ts';

describe('an incident', () => {
  it('is published when a member was told', () => {
    const s = scene();
    tell(s, 10, 'a');
    change(s, 10);
    expect(seen(s)).toEqual(['1: open, 1 (0)']);
    expect(outputs(s).at(-1)).toMatchObject({ topic: 'incidents', key: 'i1' });
  });

  it('is not published while nobody was told of a member', () => {
    const s = scene();
    tell(s, 10, 'a', { suppression: quiet() });
    change(s, 10);
    tell(s, 20, 'b', { suppression: quiet() });
    change(s, 20, { alertCount: 2 });
    expect(seen(s)).toEqual([]);
  });

  it('counts the members nobody was told of', () => {
    const s = scene();
    tell(s, 10, 'a');
    change(s, 10);
    tell(s, 20, 'b', { suppression: quiet() });
    change(s, 20, { alertCount: 2 });
    expect(seen(s)).toEqual(['1: open, 1 (0)', '2: open, 2 (1)']);
  });

  it('becomes visible with its latest change once a member is told', () => {
    const s = scene();
    tell(s, 10, 'a', { suppression: quiet() });
    change(s, 10, { revision: 1 });
    tell(s, 20, 'b', { suppression: quiet() });
    change(s, 20, { alertCount: 2, revision: 2 });
    tell(s, 30, 'a', { emitReason: 'released' });
    expect(seen(s)).toEqual(['1: open, 2 (1)']);
    expect(outputs(s).at(-1)).toMatchObject({ value: { updatedAt: 30 } });
  });

  it('is published again when a quiet member is told, since its count has changed', () => {
    const s = scene();
    tell(s, 10, 'a');
    change(s, 10);
    tell(s, 20, 'b', { suppression: quiet() });
    change(s, 20, { alertCount: 2 });
    tell(s, 30, 'b', { emitReason: 'released' });
    expect(seen(s).at(-1)).toBe('3: open, 2 (0)');
  });

  it('does not count a member as quiet for a later telling that was kept quiet', () => {
    const s = scene();
    tell(s, 10, 'a');
    tell(s, 20, 'a', { emitReason: 'update', suppression: quiet() });
    change(s, 20);
    expect(seen(s)).toEqual(['1: open, 1 (0)']);
  });

  it('stays visible when all further members are quiet', () => {
    const s = scene();
    tell(s, 10, 'a');
    change(s, 10);
    tell(s, 20, 'a', { emitReason: 'final', isFinal: true, status: 'resolved' });
    tell(s, 30, 'b', { suppression: quiet() });
    change(s, 30, { alertCount: 2 });
    expect(seen(s)).toEqual(['1: open, 1 (0)', '2: open, 2 (1)']);
  });

  it('numbers what it published, whatever correlate counted', () => {
    const s = scene();
    tell(s, 10, 'a');
    for (const revision of [1, 4, 9]) change(s, 10, { revision });
    expect(seen(s)).toEqual(['1: open, 1 (0)', '2: open, 1 (0)', '3: open, 1 (0)']);
  });

  it('does not become visible by the end of a member', () => {
    const s = scene();
    tell(s, 10, 'a', { suppression: quiet() });
    change(s, 10);
    tell(s, 20, 'a', { emitReason: 'resolved', status: 'resolved' });
    change(s, 20, { state: 'resolved', endedAt: 20 });
    expect(seen(s)).toEqual([]);
  });

  const merged = { emitReason: 'merged', mergedInto: occurrence('a') } as const;

  it('no longer counts a quiet member that was merged into one that was told', () => {
    const s = scene();
    tell(s, 10, 'a');
    tell(s, 10, 'b', { suppression: quiet() });
    change(s, 10, { alertCount: 2 });
    tell(s, 20, 'b', { ...merged, suppression: quiet() });
    change(s, 20, { alertCount: 1 });
    expect(seen(s)).toEqual(['1: open, 2 (1)', '2: open, 1 (0)']);
  });

  it('counts a quiet member on under its new name', () => {
    const s = scene();
    tell(s, 10, 'x');
    tell(s, 10, 'b', { suppression: quiet() });
    tell(s, 20, 'b', { ...merged, suppression: quiet() });
    change(s, 20, { alertCount: 2 });
    tell(s, 30, 'a', { emitReason: 'final', isFinal: true, suppression: quiet() });
    change(s, 30, { alertCount: 2 });
    expect(seen(s)).toEqual(['1: open, 2 (1)', '2: open, 2 (1)']);
  });

  it('knows a member as told that was told under another name', () => {
    const s = scene();
    tell(s, 10, 'b');
    tell(s, 10, 'a', { suppression: quiet() });
    change(s, 10, { alertCount: 2 });
    tell(s, 20, 'b', { ...merged });
    change(s, 20, { alertCount: 1 });
    expect(seen(s).at(-1)).toMatch(/open, 1 \(0\)$/);
  });

  it.each<[string, Suppression | null, readonly string[]]>([
    ['becomes visible by a late alert that was told', null, ['1: open, 2 (1)']],
    ['stays hidden by a late alert that was not', quiet(), []],
  ])('%s', (_, suppression, expected) => {
    const s = scene();
    tell(s, 10, 'a', { suppression: quiet() });
    tell(s, 20, 'l', { emitReason: 'late', isLate: true, isFinal: true, suppression });
    change(s, 20, { alertCount: 2 });
    expect(seen(s)).toEqual(expected);
    expect(s.rows('members')).toBe(1);
  });

  it('gives a member up to another incident with its count', () => {
    const s = scene();
    tell(s, 10, 'a');
    tell(s, 10, 'b', { suppression: quiet() });
    change(s, 10, { alertCount: 2 });
    tell(s, 20, 'b', { emitReason: 'update', incident: ref('i2'), suppression: quiet() });
    change(s, 20, { alertCount: 1 });
    expect(seen(s).at(-1)).toBe('2: open, 1 (0)');
  });

  it('never claims more quiet members than it has', () => {
    const s = scene();
    tell(s, 10, 'a');
    for (const id of ['b', 'c']) tell(s, 10, id, { suppression: quiet() });
    change(s, 10, { alertCount: 1 });
    expect(seen(s)).toEqual(['1: open, 1 (1)']);
  });
});
