import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { afterAll } from 'vitest';
import {
  openRedisStateStore,
  type RedisStateStore,
  redisOptionsOf,
  type SliceLimit,
} from '../../../../pipeline/state/index.ts';
import { stateContract } from '../../../contracts/state.ts';
import { describeService, redisForTests } from '../../../support/services.ts';

const run = `test-${randomUUID()}`;

describeService('the state contract on Redis', await redisForTests(), (address) => {
  const makeStore = (slice?: SliceLimit) => (): Promise<RedisStateStore> =>
    openRedisStateStore({
      ...redisOptionsOf(address),
      // A name space for each case: suites share the server.
      prefix: `${run}-${randomUUID()}`,
      nonce: randomUUID,
      ...(slice === undefined ? {} : { slice }),
    });

  afterAll(async () => {
    const client = new Redis(address);
    for await (const keys of client.scanStream({ match: `{${run}-*`, count: 1_000 }))
      if (keys.length > 0) await client.unlink(...keys);
    client.disconnect();
  });

  stateContract('RedisStateStore', makeStore());
  stateContract('RedisStateStore with staged commits', makeStore({ rows: 1, bytes: 1 }));
});
