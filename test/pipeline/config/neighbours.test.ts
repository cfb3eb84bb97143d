// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references of the configuration look like templates
import { describe, expect, test } from 'vitest';
import { describeConfig } from '../../../pipeline/config/index.ts';
import { load, reportOf } from './reading.ts';
import { tellEach } from './telling.ts';

const pem = (word: string) => `-----BEGIN ${word}-----\nMIIB\n-----END ${word}-----\n`;

describe('the neighbours that a configuration names', () => {
  test('Kafka, with TLS and a user, secrets out of files', () => {
    const text = [
      'broker:',
      '  kind: kafka',
      '  brokers: [a:9093, "[::1]:9093"]',
      '  groupPrefix: payments-tocsin',
      '  tls: { ca: "${file:ca.pem}", cert: "${file:c.pem}", key: "${file:k.pem}", serverName: kafka }',
      '  sasl: { mechanism: scram-sha-512, username: tocsin, password: "${file:pw}" }',
    ].join('\n');
    const files = {
      'ca.pem': pem('CERTIFICATE'),
      'c.pem': pem('CERTIFICATE'),
      'k.pem': pem('PRIVATE KEY'),
      pw: 'hunter2\n',
    };
    const { broker } = load({ text, files });
    expect(broker).toMatchObject({
      ...{
        kind: 'kafka',
        brokers: ['a:9093', '[::1]:9093'],
        clientId: 'tocsin',
        groupPrefix: 'payments-tocsin',
      },
      ...{ rawPartitions: 4, reducedPartitions: 4, sessionTimeoutMs: 12_000, rebalanceTimeoutMs: 30_000 },
      arrival: 'append',
      tls: { serverName: 'kafka' },
      sasl: { mechanism: 'scram-sha-512', username: 'tocsin' },
    });
    expect('sasl' in broker && broker.sasl?.password.reveal()).toBe('hunter2');
  });

  test.each([
    ['a list', 'brokers: [a:9092, b:9092]'],
    ['a text', 'brokers: a:9092, b:9092'],
    ['a variable', 'brokers: ${env:KAFKA_BROKERS}'],
  ])('brokers as %s', (_name, line) => {
    const text = `broker:\n  kind: kafka\n  ${line}\n`;
    expect(load({ text, env: { KAFKA_BROKERS: 'a:9092,b:9092' } }).broker).toMatchObject({
      brokers: ['a:9092', 'b:9092'],
    });
  });

  test('TLS without a word is TLS with the authorities of the system', () => {
    expect(load({ text: 'broker:\n  kind: kafka\n  brokers: a:9092\n  tls:\n' }).broker).toMatchObject({
      tls: {},
    });
  });

  test('a Redis by its address', () => {
    const { state } = load({
      text: 'state: { kind: redis, url: "${env:REDIS_URL}" }',
      env: { REDIS_URL: 'rediss://u:p%2Fw@h:6380/2' },
    });
    expect(state).toMatchObject({ kind: 'redis', mode: 'single', prefix: 'tocsin', timeoutMs: 5_000 });
    expect('url' in state && state.url?.reveal()).toBe('rediss://u:p%2Fw@h:6380/2');
  });

  test('Redis behind Sentinels', () => {
    const text =
      'state: { kind: redis, mode: sentinel, nodes: [a:26379, b:26379], sentinel: { password: x } }';
    expect(load({ text }).state).toMatchObject({
      nodes: ['a:26379', 'b:26379'],
      sentinel: { name: 'mymaster' },
    });
  });

  test('a registry, which does not take schemas from workers unless it is said', () => {
    const text = 'registry: { kind: confluent, url: http://r:8081/apis/ccompat/v7 }';
    expect(load({ text }).registry).toMatchObject({ autoRegister: false, timeoutMs: 5_000 });
  });

  test('a ClickHouse server', () => {
    const text = 'warehouse: { engine: clickhouse, url: "https://ch:8443/ch", user: tocsin, password: x }';
    expect(load({ text }).warehouse).toMatchObject({
      database: 'tocsin',
      timeoutMs: 60_000,
      autoMigrate: false,
    });
  });

  test('none of their secrets is shown', () => {
    const text = [
      'broker: { kind: kafka, brokers: a:1, sasl: { mechanism: plain, username: u, password: hunter2 } }',
      'state: { kind: redis, url: "redis://u:hunter2@h:1", username: u, password: hunter2 }',
      'registry: { kind: confluent, url: http://r, username: u, password: hunter2 }',
      'warehouse: { engine: clickhouse, url: http://c, password: hunter2 }',
    ].join('\n');
    expect(describeConfig(load({ text }))).not.toContain('hunter2');
    expect(reportOf({ text: text.replaceAll('http://', 'ftp://') })).toMatch(/2 mistakes/);
    expect(reportOf({ text: text.replaceAll('http://', 'ftp://') })).not.toContain('hunter2');
  });
});

describe('a mistake about a neighbour', () => {
  tellEach([
    {
      name: 'a key of a kind that nobody chose says which one it belongs to',
      text: 'broker:\n  brokers: [a:9092]\n',
      told: [
        '2:3 `brokers` in `broker` belongs to `kind: kafka`, not to `kind: embedded`, which is meant where nothing is said [config.unknown-key]',
      ],
    },
    {
      name: 'a key of another kind than the one that was chosen, too',
      text: 'warehouse:\n  engine: clickhouse\n  url: http://c:8123\n  path: x\n',
      told: [
        '4:3 `path` in `warehouse` belongs to `engine: auto` or `engine: chdb` or `engine: memory`, not to `engine: clickhouse` [config.unknown-key]',
      ],
    },
    {
      name: 'a misspelt key of another kind is told with both',
      text: 'broker:\n  broker: [a:9092]\n',
      told: [
        '2:3 unknown key `broker` in `broker` with `kind: embedded`, which is meant where nothing is said; did you mean `brokers` of `kind: kafka`? [config.unknown-key]',
      ],
    },
    {
      name: 'a misspelt key of the kind that was chosen is told with the right spelling',
      text: 'state:\n  kind: redis\n  prefx: x\n  nodes: [a:1]\n',
      told: [
        '3:3 unknown key `prefx` in `state` with `kind: redis`; did you mean `prefix`? [config.unknown-key]',
      ],
    },
    {
      name: 'a key that resembles none is told with those of its kind',
      text: 'registry:\n  zebra: 1\n',
      told: [
        '2:3 unknown key `zebra` in `registry` with `kind: embedded`, which is meant where nothing is said; it knows `kind` [config.unknown-key]',
      ],
    },
    {
      name: 'a kind that does not exist is told with those that do',
      text: 'broker:\n  kind: kafak\nstate:\n  kind: postgres\n',
      told: [
        '2:9 `broker.kind` must be one of `embedded`, `kafka`, got "kafak"; did you mean `kafka`? [config.invalid-value]',
        '4:9 `state.kind` must be one of `memory`, `redis`, got "postgres" [config.invalid-value]',
      ],
    },
    {
      name: 'Kafka without an address',
      text: 'broker:\n  kind: kafka\n',
      told: ['1:1 `broker.brokers` is missing; it takes a list or a text [config.missing-value]'],
    },
    {
      name: 'an address without its port, in a list and in a text',
      text: 'broker:\n  kind: kafka\n  brokers: [a]\nstate:\n  kind: redis\n  nodes: a:1,b\n',
      told: [
        '3:13 `broker.brokers[0]`: use host:port [config.invalid-value]',
        '6:10 `state.nodes`: use host:port, or several joined by commas [config.invalid-value]',
      ],
    },
    {
      name: 'a file of certificates instead of its text',
      text: 'broker:\n  kind: kafka\n  brokers: a:1\n  tls: { ca: /etc/ca.pem }\n',
      told: [
        '4:14 `broker.tls.ca`: use the PEM text itself, or ${file:path} for a file that holds it [config.invalid-value]',
      ],
    },
    {
      name: 'a certificate without its key',
      text: 'broker:\n  kind: kafka\n  brokers: a:1\n  tls: { cert: "${file:c}" }\n',
      files: { c: pem('CERTIFICATE') },
      told: ['4:3 `broker.tls`: `cert` and `key` go together [config.invalid-value]'],
    },
    {
      name: 'a mechanism that does not exist',
      text: 'broker:\n  kind: kafka\n  brokers: a:1\n  sasl: { mechanism: SCRAM-SHA-512, username: u, password: p }\n',
      told: [
        '4:22 `broker.sasl.mechanism` must be one of `plain`, `scram-sha-256`, `scram-sha-512`, got "SCRAM-SHA-512"; did you mean `scram-sha-512`? [config.invalid-value]',
      ],
    },
    {
      name: 'Redis without an address',
      text: 'state: { kind: redis }\n',
      told: ['1:1 `state`: give either `url` or `nodes` [config.invalid-value]'],
    },
    {
      name: 'Redis with two of them',
      text: 'state: { kind: redis, url: redis://a, nodes: b:1 }\n',
      told: ['1:1 `state`: give either `url` or `nodes` [config.invalid-value]'],
    },
    {
      name: 'several nodes of one server',
      text: 'state: { kind: redis, nodes: [a:1, b:1] }\n',
      told: [
        '1:1 `state`: `mode: single` has one node; use `mode: sentinel` or `mode: cluster` for several [config.invalid-value]',
      ],
    },
    {
      name: 'a database of a cluster, and Sentinels that nobody asks',
      text: 'state: { kind: redis, mode: cluster, nodes: [a:1], db: 1, sentinel: { name: x } }\n',
      told: [
        '1:1 `state`: a cluster has only `db: 0` [config.invalid-value]',
        '1:1 `state`: `sentinel` needs `mode: sentinel` [config.invalid-value]',
      ],
    },
    {
      name: 'an address of a Redis that is none, which is not shown',
      text: 'state: { kind: redis, url: http://h }\n',
      told: [
        '1:28 `state.url`: use redis://host:port, or rediss: for TLS, got [redacted] [config.invalid-value]',
      ],
    },
    {
      name: 'a brace in the prefix',
      text: 'state: { kind: redis, nodes: a:1, prefix: "a{b" }\n',
      told: ['1:43 `state.prefix`: no blanks and no braces, got "a{b" [config.invalid-value]'],
    },
    {
      name: 'a password in an address that is shown',
      text: 'registry: { kind: confluent, url: "http://u:p@r" }\n',
      told: ['1:35 `registry.url`: user and password belong into their own keys [config.invalid-value]'],
    },
    {
      name: 'certificates for a plain connection',
      text: 'warehouse: { engine: clickhouse, url: http://c, tls: { ca: "${file:c}" } }\n',
      files: { c: pem('CERTIFICATE') },
      told: ['1:1 `warehouse`: `tls` needs an address that begins with https: [config.invalid-value]'],
    },
    {
      name: 'a user of the registry without a password',
      text: 'registry: { kind: confluent, url: http://r, username: u }\n',
      told: ['1:1 `registry`: `username` and `password` go together [config.invalid-value]'],
    },
  ]);
});
