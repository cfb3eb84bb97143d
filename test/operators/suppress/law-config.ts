export const config = {
  silences: [{ id: 'config', matchers: 'host=h1,alertname!=NodeDown', startsAt: 20_000, endsAt: 60_000 }],
  maintenance: [{ id: 'daily', matchers: 'host=h2', from: '00:01', to: '00:02' }],
  inhibitRules: [
    {
      name: 'down',
      sourceMatchers: 'alertname=NodeDown',
      targetMatchers: 'severity!=critical,host=~".+"',
      equal: ['host'],
    },
    {
      name: 'any',
      sourceMatchers: 'severity=critical',
      targetMatchers: 'alertname=~"Disk.*|NodeDown"',
      equal: [],
    },
  ],
  storm: { threshold: 4, windowMs: 10_000, calmMs: 15_000 },
  releaseAfterMs: 5_000,
};
