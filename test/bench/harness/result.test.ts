import { expect, test } from 'vitest';
import { withSection } from '../../../bench/harness/result.ts';

const section = '## today\n- command: `x`\n\n| a |\n';

test('the newest run stands behind the introduction and before those of before', () => {
  expect(withSection('# Page\n\nWhat it is.\n\n## before\nold\n', section)).toBe(
    '# Page\n\nWhat it is.\n\n## today\n- command: `x`\n\n| a |\n\n## before\nold\n',
  );
});

test('a page without sections gets its first one', () => {
  expect(withSection('# Page\n', section)).toBe('# Page\n\n## today\n- command: `x`\n\n| a |\n');
});

test('a heading of a third level begins no section', () => {
  const page = withSection('# Page\n\n### small\n\n## before\n', section);
  expect(page.indexOf('## today')).toBeGreaterThan(page.indexOf('### small'));
});
