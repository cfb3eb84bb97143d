import { expect, test } from 'vitest';
import { rowsOf } from '../../../bench/scenarios/startup.ts';

test('a step is what a start takes longer than the one before it in the same round', () => {
  const rows = rowsOf([
    { name: 'Node alone', step: 'Node', ms: [100, 110] },
    { name: 'with tsx', step: 'tsx', ms: [400, 390] },
    { name: 'nothing compiled', step: null, ms: [900, 950] },
  ]);
  expect(rows.map(({ name, samples }) => [name, samples])).toEqual([
    ['Node alone', [100, 110]],
    ['with tsx', [400, 390]],
    ['nothing compiled', [900, 950]],
    ['of npm start: Node', [100, 110]],
    ['of npm start: tsx', [300, 280]],
  ]);
});
