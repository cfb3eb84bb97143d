import type { Envelope, Reading, Shape } from '../reading.ts';
import { describe, type JsonObject } from '../text.ts';

/**
 * CloudEvents 1.0, structured mode: the alert is the `data`, of any shape that is known here. The envelope fills in what
 * the alert leaves open (source, id, time); type and subject become annotations.
 */
export const cloudEvent: Shape = {
  name: 'cloud-event',
  recognizes: (document) => typeof document['specversion'] === 'string',
  read(document, reading) {
    const { data, data_base64: encoded, specversion } = document;
    if (!hasKnownVersion(specversion)) refuseVersion(specversion, reading);
    else if (data === undefined && typeof encoded === 'string') readEncoded(document, encoded, reading);
    else if (data === undefined || data === null) {
      reading.refuse('record.invalid-field', 'data: the CloudEvent carries none, so there is no alert in it');
    } else {
      inEnvelope(document, reading, () => {
        if (typeof data === 'string') reading.readJson(data);
        else reading.readDocument(data);
      });
    }
  },
};

/** Every 1.x calls itself 1.0. Those before have other attributes, and say elsewhere that their data are base64. */
export function hasKnownVersion(specversion: unknown): boolean {
  return typeof specversion === 'string' && /^1(\.|$)/.test(specversion);
}

export function refuseVersion(specversion: unknown, reading: Reading): void {
  const found = describe(specversion);
  reading.refuse('record.unknown-shape', `CloudEvents specversion ${found}; only '1.0' is known`);
}

function readEncoded(document: JsonObject, encoded: string, reading: Reading): void {
  const text = decodeBase64(encoded);
  if (text === null) reading.refuse('record.invalid-field', 'data_base64: not UTF-8 text in base64');
  else inEnvelope(document, reading, () => reading.readJson(text));
}

function decodeBase64(encoded: string): string | null {
  try {
    const bytes = Uint8Array.from(atob(encoded), (char) => char.charCodeAt(0));
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** Reads with what the event's attributes say; `attributes` are those of the JSON, or of the headers in binary mode. */
export function inEnvelope(attributes: JsonObject, reading: Reading, read: () => void): void {
  const fields = reading.fields();
  const annotations: Envelope['annotations'] = [];
  fields.annotate('cloudevents.type', attributes['type'], annotations);
  fields.annotate('cloudevents.subject', attributes['subject'], annotations);
  const envelope: Envelope = {
    source: fields.text('source', attributes['source']),
    id: fields.text('id', attributes['id']),
    observedAt: fields.time('time', attributes['time']),
    annotations,
  };
  if (fields.error !== null) {
    reading.put(fields.error);
    return;
  }
  const outer = reading.envelope;
  // An event inside an event: the innermost one says what it knows, the rest is left.
  reading.envelope = envelope;
  read();
  reading.envelope = outer;
}
