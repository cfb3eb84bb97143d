/** One afternoon in every shape that a file may hold, good and bad; what becomes of each stands in replay.test.ts. */

export const noon = Date.UTC(2024, 5, 1, 12);
const at = (seconds: number) => noon + seconds * 1_000;
const iso = (seconds: number) => new Date(at(seconds)).toISOString();

const disk = { source: 'node', name: 'DiskFull', severity: 'high', labels: { host: 'db-1' } };
const quiet = { source: 'app', name: 'QueueLong', severity: 'low', labels: { service: 'batch' } };
const noise = { source: 'app', name: 'Heartbeat', severity: 'info', labels: {} };
const latency = { labels: { alertname: 'LatencyHigh', service: 'api' }, startsAt: iso(100) };

const documents: readonly unknown[] = [
  { ...disk, observedAt: at(0), value: 91 },
  { ...disk, observedAt: iso(60), value: 95 },
  [
    { ...disk, observedAt: at(90), value: 97 },
    { source: 'node', name: 'CpuHigh', labels: { host: 'db-1' }, observedAt: at(95) },
  ],
  {
    version: '4',
    groupKey: '{}',
    alerts: [{ ...latency, status: 'firing' }, { labels: { service: 'api' } }],
  },
  [{ labels: { alertname: 'TargetDown', job: 'api' }, startsAt: iso(110), updatedAt: iso(120) }],
  {
    specversion: '1.0',
    type: 'alert',
    source: 'ci',
    id: '1',
    time: iso(130),
    data: { name: 'BuildBroken', labels: { repo: 'web' } },
  },
  { ts: at(140), what: 'CertificateEnds' },
  '{"name": "CutOff", "labels": {"host": "db',
  { message: 'hello' },
  { ...disk, severity: 'critical', observedAt: at(150) },
  { ...noise, observedAt: at(160) },
  { ...noise, observedAt: at(170) },
  { ...quiet, observedAt: at(180) },
  { ...quiet, observedAt: at(190) },
  { ...disk, severity: 'critical', status: 'resolved', observedAt: at(200) },
  { name: 'SecondsForMilliseconds', observedAt: at(0) / 1_000 },
  [
    { source: 'node', name: 'Fresh', observedAt: at(900) },
    { source: 'node', name: 'Belated', observedAt: at(5) },
  ],
];

const printed = documents.map((document) =>
  typeof document === 'string' ? document : JSON.stringify(document),
);

/** The lines jump back once, as two of the real files do. */
export const shapesNdjson = [...printed.slice(9), ...printed.slice(0, 9)].join('\n');

/** Record numbers in the file of the documents in the order in which they are told above. */
export const recordOf = (document: number) => (document + 8) % printed.length;

export const aitCsv = [
  'time,name,ip,host,short,time_label,event_label',
  `${at(300) / 1_000},Wazuh: Login, failed,10.0.0.1,mail,W-1,x,-`,
  `${at(290) / 1_000},Wazuh: Login, failed,10.0.0.1,mail,W-1,x,-`,
  '',
].join('\r\n');

export const nagiosCsv = `when;host;what\n${at(310)};web-1;"Ping
lost"\n${at(320)};web-1\n`;

export const config = `
normalize:
  mappings:
    - name: own
      when: has(body.ts)
      fields: { name: body.what, observedAt: body.ts }
    - name: nagios
      format: csv
      delimiter: ';'
      columns: [when, host, what]
      fields: { name: row.what, observedAt: int(row.when), labels: { host: row.host } }
fingerprint:
  drop:
    - { name: no-heartbeats, matchers: ['severity="info"'] }
suppress:
  silences:
    - { id: batch-work, matchers: 'service="batch"', endsAt: 2024-06-02T00:00:00Z }
`;
