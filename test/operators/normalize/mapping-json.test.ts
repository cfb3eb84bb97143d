import { describe, expect, it } from 'vitest';
import { onlyAlert, onlyError, recordAt } from '../../support/raw-records.ts';

const json = (fields: object, overrides: object = {}): object => ({
  mappings: [{ name: 'm', fields: { name: '"x"', ...fields }, ...overrides }],
});

describe('a mapping of JSON', () => {
  it('reads whatever its expressions say', () => {
    const config = json(
      {
        tenant: 'body.org',
        source: '"zabbix"',
        name: 'body.event.title',
        severity: 'body.event.level > 3.0 ? "critical" : "low"',
        status: 'body.event.ok ? "resolved" : "firing"',
        labels: { host: 'body.host', rack: 'body.?rack', port: 'int(body.port)' },
        annotations: { at: 'string(at)', via: 'headers["via"]' },
        observedAt: 'timestamp(body.event.time)',
        startsAt: 'int(body.event.since) * 1000',
        value: 'body.event.level',
        id: 'body.event.id',
        generatorUrl: '"http://zabbix/" + body.host',
      },
      { ending: 'explicit' },
    );
    const event = {
      title: 'Disk full',
      level: 4.5,
      ok: false,
      time: '2024-06-01T11:00:00Z',
      since: 1_717_239_600,
      id: 17,
    };
    const alert = onlyAlert({ org: 'acme', host: 'db-1', port: 5432, event }, config, {
      headers: { via: 'kafka' },
    });
    expect(alert).toEqual({
      tenant: 'acme',
      source: 'zabbix',
      name: 'Disk full',
      severity: 'critical',
      labels: { host: 'db-1', port: '5432' },
      annotations: { at: String(recordAt), via: 'kafka' },
      generatorUrl: 'http://zabbix/db-1',
      ending: 'explicit',
      status: 'firing',
      observedAt: Date.UTC(2024, 5, 1, 11),
      startsAt: Date.UTC(2024, 5, 1, 11),
      endsAt: null,
      value: 4.5,
      id: '17',
    });
  });

  it('without a condition takes only what nobody else knows', () => {
    const config = json({ name: '"mapped"' });
    expect(onlyAlert({ title: 't' }, config).name).toBe('mapped');
    expect(onlyAlert({ name: 'own' }, config).name).toBe('own');
  });

  it('with a condition comes before the built-in shapes', () => {
    const config = json({ name: '"mapped"' }, { when: 'body.kind == "k"' });
    expect(onlyAlert({ name: 'own', kind: 'k' }, config).name).toBe('mapped');
    expect(onlyAlert({ name: 'own', kind: 'l' }, config).name).toBe('own');
    expect(onlyAlert({ name: 'own' }, config).name).toBe('own');
  });

  it.each([
    [
      'that misses a key',
      { source: 'body.nope' },
      "record.mapping-failed: mapping 'm': source: No such key: nope",
    ],
    [
      'that converts what is no number',
      { value: 'double(body.word)' },
      "record.mapping-failed: mapping 'm': value: double()",
    ],
    [
      'that yields a list for a label',
      { labels: { a: 'body.list' } },
      'record.invalid-field: mapping \'m\': labels."a": expected a text, got a list',
    ],
    ['that yields an unknown status', { status: 'body.word' }, "record.invalid-field: mapping 'm': status"],
    [
      'that yields seconds',
      { observedAt: '1717239600' },
      "record.invalid-time: mapping 'm': observedAt: 1717239600 looks like seconds",
    ],
    ['that yields no name', { name: '""' }, "record.invalid-field: mapping 'm': name: an alert needs a name"],
    ['that divides by zero', { value: '1 / 0' }, "record.mapping-failed: mapping 'm': value:"],
    [
      'that mixes number types',
      { value: 'body.n + 1' },
      "record.mapping-failed: mapping 'm': value: no such overload",
    ],
  ])('%s makes a dead letter', (_, fields, error) => {
    expect(onlyError({ word: 'w', list: [1], n: 1 }, json(fields))).toContain(error);
  });

  it('yields integers too large for a number as text', () => {
    expect(onlyAlert({ a: 1 }, json({ labels: { id: '9007199254740993' } })).labels).toEqual({
      id: '9007199254740993',
    });
  });
});
