// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references of the configuration look like templates
import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { secret } from '../../../pipeline/access/index.ts';
import type { Case } from './reading.ts';
import { errorOf, loadAs } from './reading.ts';

const Schema = z.strictObject({
  url: z.string().default(''),
  pin: secret().optional().describe('A secret whose name does not say so.'),
  ports: z.array(z.number()).default([]),
  users: z.array(z.strictObject({ name: z.string(), pin: secret() })).default([]),
});

const hidden = 'hunter2';

function told(given: Case): string {
  const error = errorOf(() => loadAs(Schema, given));
  return error === null ? '' : `${error.report}\n${error.message}\n${JSON.stringify(error.mistakes)}`;
}

describe('a secret that was loaded', () => {
  const { pin, ...rest } = loadAs(Schema, { text: 'pin: ${env:PIN}\n', env: { PIN: hidden } });

  test('is given away by reveal alone', () => {
    expect(pin?.reveal()).toBe(hidden);
  });

  test.each([
    ['as a text', `${pin}`],
    ['as JSON', JSON.stringify({ pin, rest })],
    ['in a log', inspect({ pin }, { showHidden: true, depth: 9 })],
    ['by its fields', JSON.stringify(Object.entries(pin ?? {}))],
  ])('is not shown %s', (_name, shown) => {
    expect(shown).not.toContain(hidden);
  });
});

describe('a secret is not shown in a report', () => {
  test.each<[string, Case]>([
    ['next to the line of a mistake', { text: `pin: ${hidden}\nurl: 7\n` }],
    ['on the line of a mistake, before it', { text: `{ pin: ${hidden}, url: 7 }` }],
    ['on the line of a mistake, behind it', { text: `{ url: 7, pin: ${hidden} }` }],
    ['when it has the wrong type', { text: `pin: [${hidden}]\n` }],
    ['when it is a block of lines', { text: `pin: |\n  ${hidden}\n  ${hidden}\nurl: 7\n` }],
    ['in an item of a list', { text: `users:\n  - name: 7\n    pin: ${hidden}\n` }],
    [
      'under an unknown key that sounds like one',
      { text: `apiKey: ${hidden}\ndbPassword: { x: ${hidden} }\n` },
    ],
    ['when the file does not parse', { text: `url: "x\nclientSecret: ${hidden}\nusers: [\n` }],
    [
      'when it came from the environment',
      { text: 'ports: ["${env:P}"]\npin: ${env:P}\nurl: 7', env: { P: hidden } },
    ],
    ['when it came from a file', { text: 'ports: ["${file:p}"]\n', files: { p: hidden } }],
    ['when an alias repeats it', { text: `pin: &p ${hidden}\nports: [*p]\n` }],
  ])('%s', (_name, given) => {
    const shown = told(given);
    expect(shown).toContain('mistake');
    expect(shown).not.toContain(hidden);
  });

  test('the caret stays under the mistake behind it', () => {
    const [, line = '', caret = ''] = told({ text: `{ pin: ${hidden}, url: 7 }` }).split('\n');
    expect(line).toBe('  1 | { pin: [redacted], url: 7 }');
    expect(line[caret.indexOf('^')]).toBe('7');
  });

  test('whatever the secret is made of', () => {
    const secrets = fc.stringMatching(/^[A-Za-z0-9!$%+=._/-]{8,40}$/);
    fc.assert(
      fc.property(secrets, fc.boolean(), (text, isFlow) => {
        const pin = JSON.stringify(text);
        const shown = told({
          text: isFlow ? `{ url: 7, pin: ${pin}, ports: 1 }` : `ports: 1\npin: ${pin}\nurl: 7\n`,
        });
        expect(shown).not.toContain(text);
      }),
    );
  });
});
