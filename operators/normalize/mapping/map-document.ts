import type { Reading, Shape } from '../reading.ts';
import type { CompiledMapping } from './compile-mapping.ts';
import type { Variables } from './expression.ts';
import { isWanted, mapHead, mapTail } from './map-fields.ts';

/** A mapping of JSON documents is a shape like the built-in ones. */
export function shapeOf(mapping: CompiledMapping): Shape {
  return {
    name: mapping.config.name,
    recognizes: (document, reading) => isWanted(mapping.when, variablesOf(document, reading)),
    read(document, reading) {
      const subject = { fields: reading.fields(mapping.origin), variables: variablesOf(document, reading) };
      reading.add(subject.fields, mapHead(mapping, subject), mapTail(mapping, subject));
    },
  };
}

function variablesOf(body: unknown, { record }: Reading): Variables {
  return { body, headers: new Map(Object.entries(record.headers)), at: BigInt(Math.trunc(record.at)) };
}
