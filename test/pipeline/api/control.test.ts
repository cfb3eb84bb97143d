import { describe, expect, test } from 'vitest';
import { newYear, post, served } from './serving.ts';

const hourMs = 3_600_000;
const dated = { tenant: 'default', createdBy: '', comment: '' };
const silence = { kind: 'silence', id: 's1', matchers: 'service="db"', endsAt: '2026-01-01T01:00:00Z' };
const serviceIsDb = { name: 'service', op: '=', value: 'db' };

describe('a control that is posted', () => {
  test.each<[string, object, object]>([
    [
      'a silence in as few words as possible begins now, for the default tenant',
      silence,
      {
        ...dated,
        kind: 'silence',
        id: 's1',
        matchers: [serviceIsDb],
        startsAt: newYear,
        endsAt: newYear + hourMs,
      },
    ],
    [
      'a maintenance with every field',
      {
        kind: 'maintenance',
        id: 'm1',
        tenant: '*',
        createdBy: 'ann',
        comment: 'new disks',
        matchers: ['service="db"', { name: 'host', op: '=~', value: 'db-.+' }],
        startsAt: newYear + hourMs,
        endsAt: '2026-01-01T04:00:00+02:00',
      },
      {
        kind: 'maintenance',
        id: 'm1',
        tenant: '*',
        createdBy: 'ann',
        comment: 'new disks',
        matchers: [serviceIsDb, { name: 'host', op: '=~', value: 'db-.+' }],
        startsAt: newYear + hourMs,
        endsAt: newYear + 2 * hourMs,
      },
    ],
    [
      'an acknowledgement',
      { kind: 'acknowledgement', id: 'a1', incidentId: 'i1', generation: 2 },
      { ...dated, kind: 'acknowledgement', id: 'a1', incidentId: 'i1', generation: 2 },
    ],
    ['a withdrawal', { kind: 'withdrawal', id: 's1' }, { ...dated, kind: 'withdrawal', id: 's1' }],
  ])('%s is taken', async (_name, body, control) => {
    const { send, controls } = await served();
    const { status, text } = await send('/v1/control', post(JSON.stringify(body)));
    expect([status, JSON.parse(text)]).toEqual([202, { id: 'id' in body ? body.id : null }]);
    expect(controls).toEqual([control]);
  });

  test('gets an id when it names none, and the answer says it', async () => {
    const { send, controls } = await served();
    const { id: _, ...nameless } = silence;
    const { text } = await send('/v1/control', post(JSON.stringify(nameless)));
    expect(controls[0]?.id).toMatch(/^[0-9a-f-]{36}$/);
    expect(JSON.parse(text)).toEqual({ id: controls[0]?.id });
  });

  test.each<[string, string | object, string]>([
    ['text that is no JSON', 'kind=silence', 'the body is not one JSON document in UTF-8'],
    [
      'an unknown kind',
      { ...silence, kind: 'silense' },
      'kind: use silence, maintenance, acknowledgement or withdrawal',
    ],
    ['a silence without matchers', { ...silence, matchers: undefined }, 'matchers: use Alertmanager'],
    [
      'matchers with a mistake',
      { ...silence, matchers: 'service=' },
      'matchers: character 9 of "service=": expected a value',
    ],
    ['matchers that match everything', { ...silence, matchers: 'a=~".*"' }, 'matchers: matches every alert'],
    ['a pattern that can take for ever', { ...silence, matchers: 'a=~"(a+)+"' }, 'matchers: character 4'],
    [
      'a time that is none',
      { ...silence, endsAt: 'tomorrow' },
      'endsAt: use ISO 8601 with an offset, or epoch milliseconds',
    ],
    [
      'an end before its start',
      { ...silence, startsAt: '2027-01-01T00:00:00Z' },
      'endsAt: it must lie after startsAt',
    ],
    ['an end that is past', { ...silence, startsAt: 0, endsAt: newYear }, 'endsAt: it is past'],
    [
      'more matchers than can be meant',
      { ...silence, matchers: Array.from({ length: 101 }, () => 'a="b"') },
      'matchers: at most 100 of them',
    ],
    [
      'a matcher of an endless name',
      { ...silence, matchers: ['a="b"', { name: 'n'.repeat(1_001), op: '=', value: 'b' }] },
      'matchers.1.name: at most 1000 characters',
    ],
    [
      'a matcher of an endless value',
      { ...silence, matchers: `a="${'v'.repeat(8_001)}"` },
      'matchers.0.value: at most 8000 characters',
    ],
    [
      'matchers that are too much together',
      { ...silence, matchers: Array.from({ length: 3 }, () => `a="${'€'.repeat(8_000)}"`) },
      'matchers: with them the control has 72',
    ],
    ['an endless comment', { ...silence, comment: 'c'.repeat(1_001) }, 'comment: '],
    ['a field that does not exist', { ...silence, endAt: 1 }, 'Unrecognized key: "endAt"'],
    ['a withdrawal of nothing', { kind: 'withdrawal' }, 'id: '],
    [
      'an acknowledgement of no generation',
      { kind: 'acknowledgement', incidentId: 'i', generation: 0 },
      'generation: ',
    ],
  ])('is refused: %s', async (_name, body, words) => {
    const { send, controls } = await served();
    const { status, text } = await send(
      '/v1/control',
      post(typeof body === 'string' ? body : JSON.stringify(body)),
    );
    expect(status).toBe(400);
    expect(text).toContain(words);
    expect(controls).toEqual([]);
  });

  test('hears of every mistake at once, one in a line', async () => {
    const { send } = await served();
    const { text } = await send('/v1/control', post('{"kind":"silence","matchers":7,"endsAt":"x"}'));
    expect(
      text
        .trim()
        .split('\n')
        .map((line) => line.split(':')[0]),
    ).toEqual(['matchers', 'endsAt']);
  });
});
