import { EmbeddedBroker } from '../../../pipeline/broker/index.ts';
import { VirtualClock } from '../../../pipeline/time/index.ts';
import { brokerContract } from '../../contracts/broker.ts';

brokerContract(
  'EmbeddedBroker',
  async () => new EmbeddedBroker({ clock: new VirtualClock(1_700_000_000_000) }),
);
