import { describe, expect } from 'vitest';
import { tellEach } from './telling.ts';

const silence = (more: string) =>
  `suppress:\n  silences:\n    - id: a\n      matchers: 'x="y"'\n      endsAt: 2026-01-01T00:00:00Z\n${more}`;

describe('a rule that cannot hold, or not yet', () => {
  tellEach([
    {
      name: 'a matcher that cannot be read is told with the words of its parser',
      text: 'suppress:\n  silences:\n    - id: a\n      matchers: \'x=~"("\'\n      endsAt: 2026-01-01T00:00:00Z\n',
      told: [
        expect.stringMatching(/^4:17 `suppress\.silences\[0\]\.matchers`: .+ \[config\.invalid-value\]$/),
      ],
    },
    {
      name: 'a time that is none',
      text: 'suppress:\n  silences:\n    - id: a\n      matchers: \'x="y"\'\n      endsAt: tomorrow\n',
      told: [
        '5:15 `suppress.silences[0].endsAt` must be a time such as 2026-01-31T12:00:00Z, got "tomorrow" [config.invalid-value]',
      ],
    },
    {
      name: 'a name that two rules have is told at the second one',
      text: silence('    - id: a\n      matchers: \'x="z"\'\n      endsAt: 2026-01-01T00:00:00Z\n'),
      told: ['6:11 `suppress.silences[1].id`: "a" is taken [config.invalid-value]'],
    },
    {
      name: 'a message that the operator wrote itself stands for itself',
      text: "suppress:\n  maintenance:\n    - { id: a, matchers: 'x=\"y\"', from: '9', to: '10:00' }\n",
      told: ['3:41 `suppress.maintenance[0].from`: write HH:MM, got "9" [config.invalid-value]'],
    },
    {
      name: 'a CEL expression that does not parse is told on the line of its field',
      text: 'normalize:\n  mappings:\n    - name: m\n      fields:\n        name: "\'x\'"\n        severity: body.level +\n',
      told: [
        expect.stringMatching(
          /^6:19 `normalize\.mappings\[0\]\.fields\.severity`: .+ \[config\.invalid-value\]$/s,
        ),
      ],
    },
    {
      name: 'limits under which a record could become too large for Kafka',
      text: 'normalize:\n  limits:\n    maxAnnotationBytes: 1000000\n',
      told: [
        '2:3 `normalize.limits`: one record of alerts.enriched.v1 could have 1191488 bytes, and Kafka takes 1044480 with what is around it: lower maxLabelBytes, maxAnnotationBytes or maxFieldBytes [config.invalid-value]',
      ],
    },
    {
      name: 'a window of more minutes than fit into a record',
      text: 'dedupe:\n  windowMs: 86400000\n',
      told: [
        expect.stringMatching(
          /^2:13 `dedupe\.windowMs`: one record of alerts\.reduced\.v1 .+ shorter window/,
        ),
      ],
    },
    {
      name: 'an incident that lists more than fits into a record',
      text: 'correlate:\n  maxListed: 3000\n',
      told: [expect.stringMatching(/^2:14 `correlate\.maxListed`: one record of incidents\.v1 .+ list less/)],
    },
    {
      name: 'a kind that will never exist is a wrong value',
      text: 'broker:\n  kind: pulsar\n',
      told: ['2:9 `broker.kind` must be one of `embedded`, `kafka`, got "pulsar" [config.invalid-value]'],
    },
  ]);
});
