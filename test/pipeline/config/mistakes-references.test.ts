// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references of the configuration look like templates
import { describe } from 'vitest';
import { tellEach } from './telling.ts';

describe('a reference or a file that leads nowhere', () => {
  tellEach([
    {
      name: 'a variable that is not set, and what else is wrong',
      text: 'worker:\n  heartbeatMs: ${env:BEAT}\n  batchRecords: x\n',
      told: [
        '2:16 the environment variable `BEAT` is not set [config.unresolved-reference]',
        '3:17 `worker.batchRecords` must be a number, got "x" [config.invalid-value]',
      ],
    },
    {
      name: 'a reference with an impossible name',
      text: 'log:\n  level: ${env:9LIVES}\n',
      told: ['2:10 `9LIVES` is not the name of an environment variable [config.unresolved-reference]'],
    },
    {
      name: 'a misspelt kind of reference',
      text: 'log:\n  level: ${evn:LEVEL}\n',
      told: ['2:10 `${evn:…}` is no kind of reference; did you mean `env`? [config.unresolved-reference]'],
    },
    {
      name: 'a reference that is never closed',
      text: 'log:\n  level: "${env:LEVEL"\n',
      told: ['2:10 `${` is never closed [config.unresolved-reference]'],
    },
    {
      name: 'a referenced file that does not exist',
      text: 'log:\n  level: ${file:level.txt}\n',
      told: ['2:10 level.txt does not exist [config.unresolved-reference]'],
    },
    {
      name: 'a variable that holds no number is told by its name, not by its text',
      text: 'worker:\n  heartbeatMs: ${env:BEAT}\n',
      env: { BEAT: 'often' },
      told: [
        '2:16 `worker.heartbeatMs` must be a number, got the text of ${env:BEAT} [config.invalid-value]',
      ],
    },
    {
      name: 'an empty variable is not the number 0',
      text: 'worker:\n  clockSlackMs: ${env:SLACK}\n',
      env: { SLACK: '' },
      told: [
        '2:17 `worker.clockSlackMs` must be a number, got the text of ${env:SLACK} [config.invalid-value]',
      ],
    },
    {
      name: 'a table file that does not exist',
      text: 'enrich:\n  tables:\n    - name: t\n      file: t.csv\n      match: { host: host }\n',
      told: ['4:13 t.csv does not exist [config.unreadable]'],
    },
    {
      name: 'a table file of an unknown kind',
      text: 'enrich:\n  tables:\n    - name: t\n      file: t.txt\n      match: { host: host }\n',
      files: { 't.txt': 'host\n' },
      told: ['4:13 t.txt is neither .csv nor .yaml [config.unreadable]'],
    },
    {
      name: 'a table with both a file and rows',
      text: 'enrich:\n  tables:\n    - name: t\n      file: t.csv\n      match: { host: host }\n      rows: []\n',
      files: { 't.csv': 'host\na\n' },
      told: ['6:7 `file` and `rows` cannot both be given; the file holds the rows [config.invalid-value]'],
    },
    {
      name: 'a column that the file does not have is told where it is used',
      text: 'enrich:\n  tables:\n    - name: t\n      file: t.csv\n      match: { host: hots }\n',
      files: { 't.csv': 'host,team\na,b\n' },
      told: [
        '5:22 `enrich.tables[0].match.host`: no row has a column "hots"; there are host, team [config.invalid-value]',
      ],
    },
  ]);
});
