/** An error with one of Kafka's names, as kafkajs gives it; the adapter makes a code of the catalogue of it. */
export class KafkaError extends Error {
  readonly type: string;

  constructor(type: string, detail = '') {
    super(`${type} ${detail}`);
    this.name = 'KafkaJSProtocolError';
    this.type = type;
  }
}
