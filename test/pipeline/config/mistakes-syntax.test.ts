// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references of the configuration look like templates
import { describe } from 'vitest';
import { tellEach } from './telling.ts';

describe('a slip in the YAML', () => {
  tellEach([
    {
      name: 'a file that is a list',
      text: '- worker\n',
      told: ['1:1 the configuration must be a mapping, got a list [config.invalid-value]'],
    },
    {
      name: 'a file that is one word',
      text: 'worker\n',
      told: ['1:1 the configuration must be a mapping, got "worker" [config.invalid-value]'],
    },
    {
      name: 'a tab as indentation',
      text: 'worker:\n\theartbeatMs: 5\n',
      told: ['2:1 a tab cannot indent; use spaces [config.syntax]'],
    },
    {
      name: 'a bracket that is never closed is told once',
      text: 'worker:\n  graphs: [reduce\nlog:\n  level: info\n',
      told: [
        '3:1 flow sequence in block collection must be sufficiently indented and end with a ] [config.syntax]',
      ],
    },
    {
      name: 'a quote that is never closed',
      text: 'log:\n  level: "info\n',
      told: ['3:1 missing closing "quote [config.syntax]'],
    },
    {
      name: 'a second document',
      text: 'log: {}\n---\nlog: {}\n',
      told: ['2:1 a second document begins here; the configuration is one document [config.syntax]'],
    },
    {
      name: 'an unknown tag',
      text: 'log: !secret {}\n',
      told: ['1:6 unresolved tag: !secret [config.syntax]'],
    },
    {
      name: 'YAML 1.1, in which `no` is a boolean',
      text: '%YAML 1.1\n---\nlog: {}\n',
      told: ['1:1 YAML 1.1 is not read; this is YAML 1.2 [config.syntax]'],
    },
    {
      name: 'a key that is set twice, and what else is wrong',
      text: 'log:\n  level: info\n  level: loud\n',
      told: [
        '3:3 `level` is set twice in the same mapping [config.syntax]',
        '3:10 `log.level` must be one of `trace`, `debug`, `info`, `warn`, `error`, `silent`, got "loud" [config.invalid-value]',
      ],
    },
    {
      name: 'a key that would reach into the prototype',
      text: '__proto__:\n  polluted: true\n',
      told: ['1:1 `__proto__` cannot be a key [config.syntax]'],
    },
    {
      name: 'a mapping as a key',
      text: '? { a: b }\n: 1\n',
      told: ['1:3 a key must be a plain text [config.syntax]'],
    },
    {
      name: 'an alias without its anchor',
      text: 'log: *nowhere\n',
      told: ['1:6 no anchor `&nowhere` stands before this alias [config.syntax]'],
    },
    {
      name: 'an alias that contains itself',
      text: 'log: &log\n  level: *log\n',
      told: ['2:10 the alias `*log` contains itself [config.syntax]'],
    },
    {
      name: 'an alias bomb',
      text: [
        'enrich: &a { serviceLabels: &b [x, x, x, x, x, x, x, x, x, x] }',
        'score: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b, *b]',
        'publish: &d [*c, *c, *c, *c, *c, *c, *c, *c, *c, *c]',
        'aggregate: &e [*d, *d, *d, *d, *d, *d, *d, *d, *d, *d]',
        'normalize: [*e, *e, *e, *e, *e, *e, *e, *e, *e, *e]',
      ].join('\n'),
      told: [
        '2:1 `score` must be a mapping, got a list [config.invalid-value]',
        '3:1 `publish` must be a mapping, got a list [config.invalid-value]',
        '4:1 `aggregate` must be a mapping, got a list [config.invalid-value]',
        '4:44 the aliases expand to more than 10,000 values [config.syntax]',
      ],
    },
    {
      name: 'brackets nested without end',
      text: `log: ${'['.repeat(20_000)}`,
      told: ['1:6 nested more than 64 levels deep [config.syntax]'],
    },
    {
      name: 'list items nested on one line, which would make the parser abort the process',
      text: '- '.repeat(20_000),
      told: ['1:1 nested more than 64 levels deep [config.syntax]'],
    },
  ]);
});
