import { codecs } from '../../schemas/avro/index.ts';
import { type Control, controlKey } from '../../schemas/control.ts';
import { topics } from '../../schemas/topics.ts';
import type { Neighbours } from '../neighbours/index.ts';
import type { Clock } from '../time/index.ts';
import { Batcher } from './batcher.ts';
import type { Put } from './put.ts';
import { throttled } from './throttled.ts';

interface Around extends Pick<Neighbours, 'broker' | 'embeddedBroker' | 'registry'> {
  readonly clock: Clock;
}

/** The way into the log for what comes in over HTTP or stdin. */
export class Intake {
  readonly #put: Put;
  readonly #controlSchemaId: number;

  static async open(neighbours: Around): Promise<Intake> {
    const { broker, embeddedBroker, registry, clock } = neighbours;
    const controlSchemaId = await registry.register(codecs.control.subject, codecs.control.schema);
    const producer = broker.producer();
    const put =
      embeddedBroker === null ? new Batcher(producer, clock).put : throttled(producer, embeddedBroker);
    return new Intake(put, controlSchemaId);
  }

  private constructor(put: Put, controlSchemaId: number) {
    this.#put = put;
    this.#controlSchemaId = controlSchemaId;
  }

  /** One record of raw alerts, as it came. */
  alerts(value: Uint8Array, headers: Readonly<Record<string, string>> = {}): Promise<void> {
    const bytes = Object.entries(headers).map(([name, text]) => [name, Buffer.from(text)]);
    return this.#put({ topic: topics.raw.name, key: null, value, headers: Object.fromEntries(bytes) });
  }

  control(control: Control): Promise<void> {
    const value = codecs.control.encodeFramed(this.#controlSchemaId, control);
    return this.#put({ topic: topics.control.name, key: Buffer.from(controlKey(control)), value });
  }
}
