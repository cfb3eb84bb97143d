// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references of the configuration look like templates
import { describe } from 'vitest';
import { tellEach } from './telling.ts';

const sections =
  '`aggregate`, `broker`, `correlate`, `dedupe`, `delivery`, `enrich`, `fingerprint`, `log`, `normalize`, `publish`, `registry`, `score`, `state`, `suppress`, `warehouse`, `worker`';

const silence = (more: string) =>
  `suppress:\n  silences:\n    - id: a\n      matchers: 'x="y"'\n      endsAt: 2026-01-01T00:00:00Z\n${more}`;

describe('a wrong key or value', () => {
  tellEach([
    {
      name: 'an unknown section is told with the one that was meant',
      text: 'workr:\n  heartbeatMs: 5\n',
      told: ['1:1 unknown key `workr` at the top level; did you mean `worker`? [config.unknown-key]'],
    },
    {
      name: 'a section that resembles none is told with those there are',
      text: 'zebra: 1\n',
      told: [`1:1 unknown key \`zebra\` at the top level; it knows ${sections} [config.unknown-key]`],
    },
    {
      name: 'an unknown key in a section names the section',
      text: 'worker:\n  heartbaetMs: 5\n',
      told: ['2:3 unknown key `heartbaetMs` in `worker`; did you mean `heartbeatMs`? [config.unknown-key]'],
    },
    {
      name: 'a time so long that sums with it would not be exact',
      text: 'dedupe:\n  graceMs: 9007199254740991\n',
      told: [
        '2:12 `dedupe.graceMs` must be at most 315360000000, got 9007199254740991 [config.invalid-value]',
      ],
    },
    {
      name: 'a key without its unit is taken for the one that begins like it',
      text: 'worker:\n  heartbeat: 5\n',
      told: ['2:3 unknown key `heartbeat` in `worker`; did you mean `heartbeatMs`? [config.unknown-key]'],
    },
    {
      name: 'an unknown key three levels down is told with its path',
      text: 'correlate:\n  topology:\n    maxHop: 2\n',
      told: [
        '3:5 unknown key `maxHop` in `correlate.topology`; did you mean `maxHops`? [config.unknown-key]',
      ],
    },
    {
      name: 'an unknown key in an item of a list is told with its index',
      text: silence('    - id: b\n      matchers: \'x="y"\'\n      endAt: 2026-01-01T00:00:00Z\n'),
      told: [
        '6:7 `suppress.silences[1].endsAt` is missing; it takes a number or a text [config.missing-value]',
        '8:7 unknown key `endAt` in `suppress.silences[1]`; did you mean `endsAt`? [config.unknown-key]',
      ],
    },
    {
      name: 'a text where a number belongs',
      text: 'worker:\n  heartbeatMs: soon\n',
      told: ['2:16 `worker.heartbeatMs` must be a number, got "soon" [config.invalid-value]'],
    },
    {
      name: 'a duration with a unit, as other tools have it',
      text: 'worker:\n  heartbeatMs: 30s\n',
      told: [
        '2:16 `worker.heartbeatMs` must be a number, got "30s"; times are plain numbers, the unit is in the key’s name [config.invalid-value]',
      ],
    },
    {
      name: 'a number where a text belongs asks for quotes',
      text: 'warehouse:\n  path: 7\n',
      told: [
        '2:9 `warehouse.path` must be a text, got 7; put it in quotes if the text is meant [config.invalid-value]',
      ],
    },
    {
      name: 'a fraction where a whole number belongs',
      text: 'worker:\n  heartbeatMs: 1.5\n',
      told: ['2:16 `worker.heartbeatMs` must be a whole number, got 1.5 [config.invalid-value]'],
    },
    {
      name: 'not a number at all',
      text: 'worker:\n  heartbeatMs: .nan\n',
      told: ['2:16 `worker.heartbeatMs` must be a number, got .nan [config.invalid-value]'],
    },
    {
      name: 'a number below its range',
      text: 'worker:\n  clockSlackMs: -1\n',
      told: ['2:17 `worker.clockSlackMs` must be at least 0, got -1 [config.invalid-value]'],
    },
    {
      name: 'a number above its range',
      text: 'worker:\n  heartbeatMs: 3600001\n',
      told: ['2:16 `worker.heartbeatMs` must be at most 3600000, got 3600001 [config.invalid-value]'],
    },
    {
      name: 'a number that must be positive',
      text: 'broker:\n  rawPartitions: 0\n',
      told: ['2:18 `broker.rawPartitions` must be more than 0, got 0 [config.invalid-value]'],
    },
    {
      name: 'a word that is not in the list is told with the nearest one',
      text: 'log:\n  level: inf\n',
      told: [
        '2:10 `log.level` must be one of `trace`, `debug`, `info`, `warn`, `error`, `silent`, got "inf"; did you mean `info`? [config.invalid-value]',
      ],
    },
    {
      name: 'a list where a mapping belongs',
      text: 'worker:\n  - 1\n',
      told: ['1:1 `worker` must be a mapping, got a list [config.invalid-value]'],
    },
    {
      name: 'a text where a list belongs',
      text: 'worker:\n  graphs: reduce\n',
      told: ['2:11 `worker.graphs` must be a list, got "reduce" [config.invalid-value]'],
    },
    {
      name: 'an item of a list that is no choice is shown by its own line',
      text: 'worker:\n  graphs:\n    - reduce\n    - relat\n',
      told: [
        '4:7 `worker.graphs[1]` must be one of `reduce`, `relate`, `warehouse`, got "relat"; did you mean `relate`? [config.invalid-value]',
      ],
    },
    {
      name: 'an empty list where one item is needed',
      text: 'worker:\n  graphs: []\n',
      told: ['2:3 `worker.graphs` must have at least 1 item, got an empty list [config.invalid-value]'],
    },
    {
      name: 'a key with nothing behind it',
      text: 'worker:\n  heartbeatMs:\n',
      told: ['2:3 `worker.heartbeatMs` must be a number, got nothing [config.invalid-value]'],
    },
    {
      name: 'an empty text where one is needed',
      text: 'warehouse:\n  path: ""\n',
      told: ['2:9 `warehouse.path` must not be empty, got "" [config.invalid-value]'],
    },
    {
      name: 'a required key that is missing is told where its mapping begins',
      text: 'enrich:\n  tables:\n    - match: { host: host }\n',
      told: ['3:7 `enrich.tables[0].name` is missing; it takes a text [config.missing-value]'],
    },
  ]);
});
