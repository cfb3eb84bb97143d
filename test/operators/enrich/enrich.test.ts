import { describe, expect, it } from 'vitest';
import { EnrichConfig, enrich } from '../../../operators/enrich/index.ts';
import type { RelateEvent } from '../../../operators/events.ts';
import type { EnrichedAlert } from '../../../schemas/alert.ts';
import { drive } from '../../support/operator-host.ts';
import { enrichedAlert, fingerprint, telling } from '../../support/tellings.ts';

const owners = {
  name: 'owners',
  match: { service: 'service' },
  sets: { owner: 'team', runbookUrl: `https://wiki/\${service}/\${page}` },
  rows: [
    { service: 'api', team: 'web', page: 'start' },
    { service: 'api', team: 'never reached', page: '' },
    { service: 'db', team: 'storage', page: 'disk' },
  ],
};

const enriched = (config: unknown, over: Partial<EnrichedAlert>): EnrichedAlert => {
  const driven = drive(enrich, config);
  driven.send(telling(over));
  const [event] = driven.events;
  if (event?.kind !== 'telling') throw new Error('expected a telling');
  return event.alert;
};

describe('enrich fills in what tables know', () => {
  it.each<[string, unknown, Partial<EnrichedAlert>, Partial<EnrichedAlert>]>([
    [
      'owner and runbook by service',
      { tables: [owners] },
      { labels: { service: 'db' } },
      { owner: 'storage', runbookUrl: 'https://wiki/db/disk' },
    ],
    [
      'the first of two rows with one key counts',
      { tables: [owners] },
      { labels: { service: 'api' } },
      { owner: 'web' },
    ],
    [
      'an unknown service gets nothing',
      { tables: [owners] },
      { labels: { service: 'x' } },
      { owner: '', runbookUrl: '' },
    ],
    [
      'a table can match on the name of the alert',
      {
        tables: [
          {
            name: 't',
            match: { name: 'alert' },
            sets: { owner: 'team' },
            rows: [{ alert: 'DiskFull', team: 'ops' }],
          },
        ],
      },
      {},
      { owner: 'ops' },
    ],
    [
      'alertname means the name as well',
      {
        tables: [
          {
            name: 't',
            match: { alertname: 'alert' },
            sets: { owner: 'team' },
            rows: [{ alert: 'DiskFull', team: 'ops' }],
          },
        ],
      },
      {},
      { owner: 'ops' },
    ],
    [
      'all matched columns must be equal',
      {
        tables: [
          {
            name: 't',
            match: { name: 'a', host: 'h' },
            sets: { owner: 'o' },
            rows: [
              { a: 'DiskFull', h: 'db-2', o: 'no' },
              { a: 'DiskFull', h: 'db-1', o: 'yes' },
            ],
          },
        ],
      },
      {},
      { owner: 'yes' },
    ],
    [
      'the service comes from the first label present',
      {},
      { labels: { job: 'j', app: 'a' } },
      { service: 'a' },
    ],
    ['an empty label names no service', {}, { labels: { service: '', job: 'j' } }, { service: 'j' }],
    [
      'the labels that name a service can be configured',
      { serviceLabels: ['component'] },
      { labels: { component: 'c', app: 'a' } },
      { service: 'c' },
    ],
    [
      'a row with empty keys matches nothing',
      {
        tables: [{ name: 't', match: { rack: 'r' }, sets: { owner: 'o' }, rows: [{ r: '', o: 'everyone' }] }],
      },
      {},
      { owner: '' },
    ],
  ])('%s', (_, config, over, expected) => {
    expect(enriched(config, over)).toMatchObject(expected);
  });

  it('lets a table name the service before the labels do, and a later table match on it', () => {
    const services = {
      name: 'services',
      match: { host: 'host' },
      sets: { service: 'service' },
      rows: [{ host: 'db-1', service: 'db' }],
    };
    const alert = enriched({ tables: [services, owners] }, { labels: { host: 'db-1', job: 'node' } });
    expect(alert).toMatchObject({ service: 'db', owner: 'storage' });
  });

  it('takes each field from the first table that has a value for it', () => {
    const first = {
      name: 'a',
      match: { host: 'h' },
      sets: { owner: 'o', runbookUrl: 'r' },
      rows: [{ h: 'db-1', o: 'one', r: '' }],
    };
    const second = {
      name: 'b',
      match: { host: 'h' },
      sets: { owner: 'o', runbookUrl: 'r' },
      rows: [{ h: 'db-1', o: 'two', r: 'url' }],
    };
    expect(enriched({ tables: [first, second] }, {})).toMatchObject({ owner: 'one', runbookUrl: 'url' });
  });

  it('adds annotations but never overwrites those of the alert', () => {
    const table = {
      name: 't',
      match: { host: 'h' },
      annotations: { site: 'site', summary: `in \${site}` },
      rows: [{ h: 'db-1', site: 'Graz' }],
    };
    const alert = enriched({ tables: [table] }, { annotations: { summary: 'own' } });
    expect(alert.annotations).toEqual({ site: 'Graz', summary: 'own' });
  });

  it('leaves identity and content hash alone', () => {
    const before = enrichedAlert({ labels: { service: 'db' } });
    const { fingerprint: kept, contentHash, occurrence, id } = enriched({ tables: [owners] }, before);
    expect({ kept, contentHash, occurrence, id }).toEqual({
      kept: before.fingerprint,
      contentHash: before.contentHash,
      occurrence: before.occurrence,
      id: before.id,
    });
  });

  it('fills the service into tallies too', () => {
    const driven = drive(enrich, { tables: [owners] });
    const { tenant, source, name, severity, annotations, generatorUrl } = enrichedAlert();
    const head = { tenant, source, name, severity, annotations, generatorUrl, labels: { app: 'shop' } };
    const tally: RelateEvent = {
      kind: 'tally',
      fingerprint: fingerprint('f'),
      head,
      status: 'firing',
      service: '',
      minutes: [],
      closesAt: 0,
    };
    driven.send(tally);
    expect(driven.events).toEqual([{ ...tally, service: 'shop' }]);
  });

  it('does not take an inherited property for a label or a column', () => {
    const table = { name: 't', match: { constructor: 'h' }, sets: { owner: 'h' }, rows: [{ h: 'x' }] };
    expect(enriched({ tables: [table], serviceLabels: ['toString'] }, {})).toMatchObject({
      owner: '',
      service: '',
    });
  });

  it('finds a row among a hundred thousand without walking them', () => {
    const rows = Array.from({ length: 100_000 }, (_, i) => ({ host: `h${i}`, owner: `o${i}` }));
    const driven = drive(enrich, {
      tables: [{ name: 't', match: { host: 'host' }, sets: { owner: 'owner' }, rows }],
    });
    for (let i = 0; i < 1_000; i++) driven.send(telling({ labels: { host: `h${i * 99}` } }));
    const found = driven.events.map((event) => (event.kind === 'telling' ? event.alert.owner : ''));
    expect(found).toEqual(Array.from({ length: 1_000 }, (_, i) => `o${i * 99}`));
  });
});

describe('a table that could never work is refused', () => {
  it.each<[string, unknown, RegExp]>([
    [
      'a misspelt column',
      { tables: [{ ...owners, sets: { owner: 'taem' } }] },
      /no row has a column "taem"; there are page, service, team/,
    ],
    ['a misspelt column in a template', { tables: [{ ...owners, sets: { owner: `x-\${taem}` } }] }, /"taem"/],
    ['a misspelt key column', { tables: [{ ...owners, match: { service: 'svc' } }] }, /"svc"/],
    ['nothing to match', { tables: [{ ...owners, match: {} }] }, /at least one/],
    ['an unknown field', { table: [] }, /table/],
  ])('%s', (_, config, problem) => {
    const issues = EnrichConfig.safeParse(config).error?.issues ?? [];
    expect(issues.map(({ message }) => message).join()).toMatch(problem);
  });
});
