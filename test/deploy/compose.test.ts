import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { call } from '../pipeline/cli/calling.ts';
import { running } from '../pipeline/cli/running.ts';
import { compose, instructions, pathOf, serviceOf, textOf, yamlOf } from './reading.ts';

const services = Object.entries(compose.services);
const ours = ['init', 'worker'];

describe('every service of compose', () => {
  test.for(services.filter(([name]) => !ours.includes(name)))('%s has a pinned image', ([, { image }]) => {
    expect(image).toMatch(/^[\w./-]+:v?\d+\.\d+\.\d+/);
  });

  test.for(services.filter(([name]) => ours.includes(name)))('%s is built here', ([, { build }]) => {
    expect(existsSync(pathOf(`deploy/${build?.context}/${build?.dockerfile}`))).toBe(true);
  });

  test.for(services)('%s says when it is well, or ends', ([name, { healthcheck, restart }]) => {
    if (name === 'init') expect(restart).toBe('no');
    // The worker has that of its image.
    else if (name !== 'worker') expect(healthcheck?.test?.[0]).toBe('CMD');
  });

  test.for(services)('%s waits only for what there is', ([, { depends_on }]) => {
    for (const [other, { condition }] of Object.entries(depends_on)) {
      const expected = other === 'init' ? 'service_completed_successfully' : 'service_healthy';
      expect([serviceOf(other).image, condition]).toEqual([expect.any(String), expected]);
    }
  });

  test.for(services)('%s mounts files that are there and volumes that are named', ([, { volumes }]) => {
    for (const volume of volumes) {
      const [source = ''] = volume.split(':');
      const isThere = source.startsWith('.')
        ? existsSync(pathOf(`deploy/${source}`))
        : source in compose.volumes;
      expect([source, isThere]).toEqual([source, true]);
    }
  });

  test.for(services)('%s is published on loopback only', ([, { ports }]) => {
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/);
  });

  test.for([
    ['kafka', 'deploy/local/kafka.pom.xml'],
    ['registry', 'deploy/local/registry.pom.xml'],
  ] as const)('%s is the version that the tests run on', ([name, pom]) => {
    const version = serviceOf(name).image.split(':')[1];
    expect(textOf(pom)).toContain(`<version>${version}</version>`);
  });
});

describe('the worker of compose', () => {
  const environment = { CLICKHOUSE_PASSWORD: 'tocsin' };
  const config = textOf('deploy/compose/tocsin.yaml');

  test('has a valid configuration', async () => {
    const called = await call(['config', 'check'], { files: { 'tocsin.yaml': config }, env: environment });
    expect(called).toEqual({ exitCode: 0, stdout: 'tocsin.yaml is valid\n', stderr: '' });
  });

  test.for(
    [...config.matchAll(/(?:\/\/|\[)(\w+):(\d+)/g)].map(([, host = '', port = '']) => [host, port] as const),
  )('finds %s on port %s', ([host, port]) => {
    expect(portsOf(host)).toContain(port);
  });

  test('has the password that ClickHouse was given', () => {
    const given = serviceOf('clickhouse').environment;
    expect(serviceOf('worker').environment['CLICKHOUSE_PASSWORD']).toBe(given['CLICKHOUSE_PASSWORD']);
    expect(Object(parse(config)).warehouse.user).toBe(given['CLICKHOUSE_USER']);
  });

  test('reads the configuration that is mounted', () => {
    for (const name of ours) {
      const { environment: given, volumes } = serviceOf(name);
      expect(volumes).toContain(`./compose/tocsin.yaml:${given['TOCSIN_CONFIG']}:ro`);
    }
  });

  test('has the time to let go of everything', async () => {
    const grace = Number(/^(\d+)s$/.exec(serviceOf('worker').stop_grace_period ?? '')?.[1]);
    const shown = await call(['config', 'show', '-o', 'json'], { files: {} });
    const budgetMs: unknown = JSON.parse(shown.stdout).worker.stopWithinMs;
    expect(grace * 1_000).toBeGreaterThan(Number(budgetMs));
  });

  test.for(
    [...(serviceOf('init').command[0] ?? '').matchAll(/^tocsin ([a-z ]+)$/gm)].map(([, words = '']) => words),
  )('its `init` has a command %s', async (words) => {
    const { exitCode, stdout } = await call([...words.split(' '), '--help']);
    expect([exitCode, stdout]).toEqual([0, expect.stringContaining(`tocsin ${words}`)]);
  });
});

describe('what watches the worker', () => {
  const Prometheus = z.object({
    scrape_configs: z.tuple([
      z.object({ dns_sd_configs: z.tuple([z.object({ names: z.array(z.string()), port: z.number() })]) }),
    ]),
  });
  const Grafana = z.object({ datasources: z.tuple([z.object({ uid: z.string(), url: z.string() })]) });
  const { datasources } = Grafana.parse(yamlOf('deploy/grafana/datasource.yaml'));

  test('Prometheus asks each worker on its port', () => {
    const { scrape_configs } = Prometheus.parse(yamlOf('deploy/prometheus/prometheus.yaml'));
    const [{ names, port }] = scrape_configs[0].dns_sd_configs;
    expect(names).toEqual(['worker']);
    expect([`${port}`]).toEqual(instructions('EXPOSE'));
    expect(portsOf('worker')).toEqual([`${port}`]);
  });

  test('Grafana asks Prometheus', () => {
    const { hostname, port } = new URL(datasources[0].url);
    expect(portsOf(hostname)).toContain(port);
  });

  test('Grafana finds its dashboards where they are mounted', () => {
    const folder = String(Object(yamlOf('deploy/grafana/dashboards.yaml')).providers[0].options.path);
    const { environment, volumes } = serviceOf('grafana');
    expect(volumes).toContain(`./grafana/dashboards:${folder}:ro`);
    const home = environment['GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH'] ?? '';
    expect(existsSync(pathOf(home.replace(folder, 'deploy/grafana/dashboards')))).toBe(true);
  });

  describe('the dashboard', () => {
    const Panel = z.object({
      title: z.string(),
      description: z.string(),
      datasource: z.object({ uid: z.string() }),
      targets: z.array(z.object({ expr: z.string() })).min(1),
    });
    const { panels } = z
      .object({ panels: z.array(Panel) })
      .parse(JSON.parse(textOf('deploy/grafana/dashboards/tocsin.json')));

    test('shows metrics that a worker has, of the source that is there', async () => {
      const url = await running(
        ['--listen', '127.0.0.1:0', '--print', 'none'],
        'warehouse: { engine: memory }',
      ).url();
      const scraped = await (await fetch(`${url}/metrics`)).text();
      const known = new Set([...scraped.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name));
      const used = panels.flatMap(({ targets }) =>
        targets.flatMap(({ expr }) => expr.match(/tocsin_\w+/g) ?? []),
      );
      expect(used.filter((name) => !known.has(name))).toEqual([]);
      expect(new Set(panels.map(({ datasource }) => datasource.uid))).toEqual(new Set([datasources[0].uid]));
    });
  });
});

/** The ports on which a service listens: those that it publishes, and where Kafka listens inside. */
function portsOf(name: string): readonly string[] {
  const { ports, environment } = serviceOf(name);
  const published = ports.map((port) => port.split(':').at(-1) ?? '');
  const listeners = [...(environment['KAFKA_LISTENERS'] ?? '').matchAll(/INTERNAL:\/\/:(\d+)/g)];
  return [...published, ...listeners.map(([, port = '']) => port)];
}
