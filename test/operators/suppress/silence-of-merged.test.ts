import { describe, expect, it } from 'vitest';
import { occurrence } from '../../support/tellings.ts';
import { scene, tell, verdicts } from './scene.ts';
import { config } from './silence-config.ts';

describe('a merge', () => {
  const merged = { emitReason: 'merged', mergedInto: occurrence('a') } as const;

  it('is as quiet as the occurrence that it corrects', () => {
    const s = scene(config());
    tell(s, 1_200, 'b');
    tell(s, 1_300, 'b', merged);
    expect(verdicts(s)).toEqual(['b first (silence disks)', 'b merged (silence disks)']);
  });

  it('hands on what nobody was told of, to be told when the silence ends', () => {
    const s = scene(config());
    tell(s, 1_200, 'b');
    tell(s, 1_300, 'b', merged);
    s.advance({ at: 2_000 });
    expect(verdicts(s).slice(2)).toEqual(['a released']);
    expect(s.rows('hushed')).toBe(0);
  });

  it('hands on what nobody was told of, to end as quietly', () => {
    const s = scene(config());
    tell(s, 1_200, 'b');
    tell(s, 1_300, 'b', merged);
    tell(s, 1_400, 'a', { emitReason: 'resolved' });
    tell(s, 5_000, 'a', { emitReason: 'final' });
    expect(verdicts(s).at(-1)).toBe('a final (silence disks)');
    expect(s.rows('hushed')).toBe(0);
  });

  it('is told under a silence of an occurrence that was told before: its reader must learn the new name', () => {
    const s = scene(config());
    tell(s, 900, 'b');
    tell(s, 1_300, 'b', merged);
    expect(verdicts(s)).toEqual(['b first', 'b merged']);
  });

  it('counts what was told of the merged occurrence as told of the other', () => {
    const s = scene(config());
    tell(s, 900, 'b', { labels: { host: 'web' } });
    tell(s, 1_200, 'a');
    tell(s, 1_300, 'b', { labels: { host: 'web' }, emitReason: 'merged', mergedInto: occurrence('a') });
    s.advance({ at: 5_000 });
    expect(verdicts(s)).toEqual(['b first', 'a first (silence disks)', 'b merged']);
  });
});
