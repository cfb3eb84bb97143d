export interface RealNeighbours {
  readonly brokers: readonly string[];
  /** Of the keys in Redis, which suites share. */
  readonly prefix: string;
  readonly redis: string;
  readonly registry: string;
}

/** A worker on real neighbours, with windows of a second or two, so that everything is told and counted while one waits. */
export const hastyConfig = ({ brokers, prefix, redis, registry }: RealNeighbours): string => `
broker: { kind: kafka, brokers: ${JSON.stringify(brokers)}, sessionTimeoutMs: 6000 }
state: { kind: redis, url: ${redis}, prefix: ${prefix} }
registry: { kind: confluent, url: ${registry}, autoRegister: true }
warehouse: { engine: memory }
worker: { heartbeatMs: 200, clockSlackMs: 50, flushIdleMs: 400, checkpointEveryMs: 500 }
dedupe:
  windowMs: 3000
  latenessMs: 300
  skewMs: 300
  graceMs: 300
  slackMs: 100
  resolveReachMs: 1000
  resolveAfterMs: 3000
  reachMs: 10000
  forgetMs: 1000
`;
