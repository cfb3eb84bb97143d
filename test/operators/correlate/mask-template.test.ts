import { describe, expect, it } from 'vitest';
import { maskTemplate, similarityTo } from '../../../operators/correlate/mask-template.ts';

describe('maskTemplate', () => {
  it.each([
    ['numbers and words with digits are variable', 'Disk sda1 on web17 at 93 %', [], 'at disk on'],
    ['camel case is words', 'HighErrorRate', [], 'error high rate'],
    ['label values are variable', 'latency of checkout is high', ['checkout'], 'high is latency of'],
    ['the parts of a label value are variable', 'web is down', ['web-17.prod'], 'down is'],
    ['long hex is an id', 'trace deadbeef failed', [], 'failed trace'],
    ['a repeated word counts once', 'retry retry retry', [], 'retry'],
    ['letters of any script are words', 'Диск заполнен 93', [], 'диск заполнен'],
    ['a message of numbers has no template', '1 2 3', [], ''],
  ])('%s', (_, text, values, expected) => {
    expect(maskTemplate(text, values)).toBe(expected);
  });

  it('two messages that differ in ids only have one template', () => {
    expect(maskTemplate('pod api-7f9c restarted 3 times', [])).toBe(
      maskTemplate('pod api-1b2d restarted 12 times', []),
    );
  });

  it('keeps at most 16 words of a long text', () => {
    const text = Array.from({ length: 40 }, (_, n) =>
      String.fromCharCode(97 + (n % 26)).repeat(2 + (n % 2)),
    ).join(' ');
    expect(maskTemplate(text, []).split(' ').length).toBeLessThanOrEqual(16);
  });
});

describe('similarityTo', () => {
  it.each([
    ['equal templates are wholly similar', 'disk full', 'disk full', 1],
    ['half the words in common of three', 'disk full', 'disk slow', 1 / 3],
    ['nothing in common', 'disk full', 'login failed', 0],
    ['an empty template is similar to nothing, not even to itself', '', '', 0],
  ])('%s', (_, a, b, expected) => {
    expect(similarityTo(a)(b)).toBeCloseTo(expected);
    expect(similarityTo(b)(a)).toBeCloseTo(expected);
  });
});
