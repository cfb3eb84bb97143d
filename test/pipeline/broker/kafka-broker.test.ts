import { KafkaBroker } from '../../../pipeline/broker/index.ts';
import { brokerContract } from '../../contracts/broker.ts';
import { describeService, kafkaForTests } from '../../support/services.ts';

describeService('a real Kafka', await kafkaForTests(), (address) => {
  brokerContract(
    'KafkaBroker',
    async () => new KafkaBroker({ brokers: address.split(','), clientId: 'tocsin-test', heartbeatMs: 100 }),
  );
});
