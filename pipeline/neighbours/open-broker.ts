import { type Broker, EmbeddedBroker, KafkaBroker } from '../broker/index.ts';
import type { BrokerConfig } from '../config/index.ts';
import type { Clock } from '../time/index.ts';
import { topicSettings } from '../topic-settings.ts';

export interface BrokerSurroundings {
  readonly clock: Clock;
  /** What the client library has to say of a cluster. */
  readonly onLog?: (level: 'warn' | 'error', message: string) => void;
}

/** The configured broker: the one in this process with its topics made, or a cluster, of which nothing is asked yet. */
export async function openBroker(
  config: BrokerConfig,
  { clock, onLog }: BrokerSurroundings,
): Promise<Broker> {
  if (config.kind === 'kafka') return new KafkaBroker(kafkaOptions(config, onLog));
  const broker = new EmbeddedBroker({ clock, retain: 'committed' });
  await broker.admin.ensureTopics(topicSettings(config));
  return broker;
}

type KafkaConfig = Extract<BrokerConfig, { readonly kind: 'kafka' }>;

function kafkaOptions({ tls, sasl, ...config }: KafkaConfig, onLog: BrokerSurroundings['onLog']) {
  const { key, ...certificates } = tls ?? {};
  return {
    ...config,
    ...(onLog === undefined ? {} : { onLog }),
    ...(tls === undefined
      ? {}
      : { tls: { ...certificates, ...(key === undefined ? {} : { key: key.reveal() }) } }),
    ...(sasl === undefined ? {} : { sasl: { ...sasl, password: sasl.password.reveal() } }),
  };
}
