import { codecs } from '../../schemas/avro/index.ts';
import type { Control } from '../../schemas/control.ts';
import { topics } from '../../schemas/topics.ts';
import type { EmbeddedBroker, ProduceRecord, Producer } from '../broker/index.ts';
import type { Embedded } from '../embedded.ts';

/** Records put in before it is seen to that they have been worked on: the log is memory, and must not fill up. */
const maxInFlight = 4_096;

/** Puts records into the log of an embedded broker, no faster than the worker takes them out. */
export class Intake {
  readonly #broker: EmbeddedBroker;
  readonly #producer: Producer;
  readonly #controlSchemaId: number;
  #inFlight = 0;
  /** What everybody waits for who finds the log full. */
  #emptied: Promise<void> | null = null;

  static async open({ broker, registry }: Pick<Embedded, 'broker' | 'registry'>): Promise<Intake> {
    return new Intake(broker, await registry.register(codecs.control.subject, codecs.control.schema));
  }

  private constructor(broker: EmbeddedBroker, controlSchemaId: number) {
    this.#broker = broker;
    this.#producer = broker.producer();
    this.#controlSchemaId = controlSchemaId;
  }

  /** One record of raw alerts, as it came. */
  alerts(value: Uint8Array, headers: Readonly<Record<string, string>> = {}): Promise<void> {
    const bytes = Object.entries(headers).map(([name, text]) => [name, Buffer.from(text)]);
    return this.#send({ topic: topics.raw.name, key: null, value, headers: Object.fromEntries(bytes) });
  }

  control(control: Control): Promise<void> {
    const value = codecs.control.encodeFramed(this.#controlSchemaId, control);
    return this.#send({ topic: topics.control.name, key: Buffer.from(control.id), value });
  }

  async #send(record: ProduceRecord): Promise<void> {
    while (this.#inFlight >= maxInFlight) await this.#emptying();
    this.#inFlight += 1;
    await this.#producer.send([record]);
  }

  #emptying(): Promise<void> {
    this.#emptied ??= this.#broker.idle().then(() => {
      this.#inFlight = 0;
      this.#emptied = null;
    });
    return this.#emptied;
  }
}
