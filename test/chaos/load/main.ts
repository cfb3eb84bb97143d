/**
 * The process that publishes, apart from the one that breaks things: tsx load/main.ts '{"brokers":[…],"alerts":…}'. Prints
 * how many are published as a line each second.
 */
import { KafkaBroker } from '../../../pipeline/broker/index.ts';
import { publish } from './publish.ts';

const order: LoadOrder = JSON.parse(process.argv[2] ?? '{}');

export interface LoadOrder {
  readonly brokers: readonly string[];
  readonly seed: number;
  readonly alerts: number;
  readonly perSecond: number;
  readonly rawSchema: number;
}

const broker = new KafkaBroker({ brokers: order.brokers, clientId: 'chaos-load' });
await publish(broker, { ...order, onProgress: (published) => process.stdout.write(`${published}\n`) });
await broker.close();
