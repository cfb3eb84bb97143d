import { readFileSync } from 'node:fs';
import kafkajs from 'kafkajs';
import { expect, onTestFinished, test } from 'vitest';
import { KafkaBroker } from '../../../../pipeline/broker/index.ts';
import { BrokerBench } from '../../../contracts/broker/bench.ts';
import {
  describeService,
  kafkaCaForTests,
  kafkaForTests,
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

const [open, ca] = [await kafkaForTests(), await kafkaCaForTests()];

/** Gives the user `tocsin` these rights to the topic, and no other, through the listener that no ACL binds. */
async function allowOnly(
  topic: string,
  operations: readonly (keyof typeof kafkajs.AclOperationTypes)[],
): Promise<void> {
  const brokers = 'address' in open ? open.address.split(',') : [];
  const admin = new kafkajs.Kafka({ brokers, clientId: 'test' }).admin();
  await admin.connect();
  await admin.createAcls({
    acl: operations.map((operation) => ({
      ...{ principal: 'User:tocsin', host: '*', permissionType: kafkajs.AclPermissionTypes.ALLOW },
      operation: kafkajs.AclOperationTypes[operation],
      ...{ resourceType: kafkajs.AclResourceTypes.TOPIC, resourceName: topic },
      resourcePatternType: kafkajs.ResourcePatternTypes.LITERAL,
    })),
  });
  await admin.disconnect();
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

  test('lets one use a topic without showing how it is configured', async () => {
    const bench = new BrokerBench(brokerAt(addresses, { sasl: login('scram-sha-256') }));
    onTestFinished(() => bench.close());
    const topic = await bench.topic();
    const described = (): Promise<unknown> => bench.broker.admin.describeTopics([topic]);
    expect(await described()).toMatchObject([{ name: topic }]);
    await allowOnly(topic, ['DESCRIBE', 'READ', 'WRITE']);
    const refusal = (): Promise<unknown> => described().then(() => null, Object);
    await expect.poll(refusal).toMatchObject({ code: 'broker.unauthorized' });
    await bench.send(topic, ['a']);
    expect(await bench.broker.admin.partitions(topic)).toBe(1);
  });
});

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
