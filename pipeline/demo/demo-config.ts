import { type Config, ConfigTree } from '../config/index.ts';
import { edges, services } from './world.ts';

/** Where verdicts of the demo's policies say that their rule stands: nobody wrote it into a file. */
const location = 'demo';

/**
 * What the demo's company would write into its tocsin.yaml: every default, plus who depends on whom, who owns what,
 * and a few policies. It goes through the same schema as any configuration.
 */
export function demoConfig(): Config {
  return ConfigTree.parse({
    normalize: { defaultTenant: 'acme' },
    enrich: { tables: [ownership()] },
    correlate: { topology: { edges } },
    publish: { incidentsWith },
    suppress: {
      maintenance: [crawlerRebuild],
      inhibitRules: [databaseExplainsTimeouts],
    },
  });
}

/** A lone alert must be critical, two must be severe, many count whatever they are. */
const incidentsWith = [
  { alerts: 1, severity: 'critical' },
  { alerts: 2, severity: 'high' },
  { alerts: 8, severity: 'low' },
] as const;

const crawlerRebuild = {
  id: 'crawler-maintenance',
  matchers: '{service="search-crawler"}',
  comment: 'the crawler is rebuilt every morning',
  from: '08:00',
  to: '10:00',
  location,
};

const databaseExplainsTimeouts = {
  name: 'failing-service-explains-its-timeouts',
  sourceMatchers: '{name="ErrorRateHigh", severity="high"}',
  targetMatchers: '{name="UpstreamTimeouts", severity="medium"}',
  equal: ['service', 'host'],
  location,
};

function ownership() {
  return {
    name: 'services',
    match: { service: 'service' },
    sets: { owner: 'team', runbookUrl: 'runbook' },
    rows: services.map(({ name, team }) => ({
      service: name,
      team,
      runbook: `https://runbooks.example/${name}`,
    })),
  };
}
