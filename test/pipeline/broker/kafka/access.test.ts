import { readFileSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { KafkaBroker } from '../../../../pipeline/broker/index.ts';
import { BrokerBench } from '../../../contracts/broker/bench.ts';
import {
  describeService,
  kafkaCaForTests,
  kafkaOverTlsForTests,
  kafkaWithLoginsForTests,
} from '../../../support/services.ts';

type Access = Pick<ConstructorParameters<typeof KafkaBroker>[0], 'tls' | 'sasl'>;
type Mechanism = NonNullable<Access['sasl']>['mechanism'];

const mechanisms: readonly Mechanism[] = ['plain', 'scram-sha-256', 'scram-sha-512'];

const login = (mechanism: Mechanism) => ({ mechanism, username: 'tocsin', password: 'tocsin-secret' });

function brokerAt(addresses: string, access: Access): KafkaBroker {
  return new KafkaBroker({ brokers: addresses.split(','), clientId: 'tocsin-test', ...access });
}

/** One record, there and back: by a producer, the admin and a member of a group, each with connections of its own. */
async function oneRecord(addresses: string, access: Access): Promise<readonly string[]> {
  const bench = new BrokerBench(brokerAt(addresses, access));
  onTestFinished(() => bench.close());
  const topic = await bench.topic();
  await bench.send(topic, ['a']);
  const member = await bench.member(topic).start();
  await member.until(() => member.records.length === 1);
  return member.values;
}

async function refusalAt(addresses: string, access: Access): Promise<unknown> {
  const broker = brokerAt(addresses, access);
  onTestFinished(() => broker.close());
  return broker.admin.clusterId().then(
    () => 'let in',
    (error: unknown) => error,
  );
}

describeService('a Kafka that asks for user and password', await kafkaWithLoginsForTests(), (addresses) => {
  test.each(mechanisms)('lets one with the right password in: %s', async (mechanism) => {
    expect(await oneRecord(addresses, { sasl: login(mechanism) })).toEqual(['a']);
  });

  test.each(mechanisms)(
    'refuses a wrong password and a user that it does not know: %s',
    async (mechanism) => {
      for (const wrong of [{ password: 'wrong' }, { username: 'nobody' }]) {
        expect(await refusalAt(addresses, { sasl: { ...login(mechanism), ...wrong } })).toMatchObject({
          code: 'broker.unauthorized',
          detail: expect.stringMatching(/authentication failed/i),
          exitCode: 78,
        });
      }
    },
  );
});

const ca = await kafkaCaForTests();

describeService('a Kafka that asks for them over TLS', await kafkaOverTlsForTests(), (addresses) => {
  const tls = { ca: 'address' in ca ? readFileSync(ca.address, 'utf8') : '' };

  test('lets one in who trusts its certificate and has the right password', async () => {
    expect(await oneRecord(addresses, { tls, sasl: login('scram-sha-512') })).toEqual(['a']);
  });

  test.each<[string, Access, string, RegExp]>([
    [
      'a wrong password is refused',
      { tls, sasl: { ...login('scram-sha-512'), password: 'wrong' } },
      'broker.unauthorized',
      /authentication failed/i,
    ],
    [
      'a mechanism that is not offered is refused',
      { tls, sasl: login('plain') },
      'broker.unauthorized',
      /mechanism/i,
    ],
    [
      'a certificate that nobody vouches for is not trusted',
      { tls: {}, sasl: login('scram-sha-512') },
      'broker.unavailable',
      /self.signed certificate/,
    ],
  ])('%s', async (_name, access, code, detail) => {
    expect(await refusalAt(addresses, access)).toMatchObject({ code, detail: expect.stringMatching(detail) });
  });
});
