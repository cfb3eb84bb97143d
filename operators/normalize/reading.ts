import type { Tail } from '../../schemas/alert.ts';
import type { ErrorCode, RecordError } from '../../schemas/errors.ts';
import type { KnownHead, RawRecord } from '../events.ts';
import { type FieldRules, Fields } from './fields.ts';
import type { HeadCache, HeadDraft, Pairs } from './head-cache.ts';
import { parseJson } from './parse-json.ts';
import { describe, isObject, type JsonObject } from './text.ts';

/**
 * A kind of JSON document that holds alerts. To add one, write a file like those in `shapes/` and name it in `shapes/index.ts`. A
 * shape sees one object at a time: a list of them is taken apart before.
 */
export interface Shape {
  readonly name: string;
  /** True when the document is of this shape, judged by its outermost keys; the first shape that says so reads it. */
  recognizes(document: JsonObject, reading: Reading): boolean;
  /**
   * Adds each alert of the document to the reading with `reading.add`, and each one that cannot be used with
   * `reading.refuse`. What it does not understand goes to the annotations. Never throws.
   */
  read(document: JsonObject, reading: Reading): void;
}

/** An alert of a record, or why it cannot be used. */
export type Item = { readonly head: KnownHead; readonly tail: Tail } | RecordError;

/** What a wrapping (CloudEvents) says of the alerts inside, for the fields they leave open. */
export interface Envelope {
  readonly source: string;
  readonly id: string;
  readonly observedAt: number | null;
  readonly annotations: Pairs;
}

/** What stays the same from one record to the next. */
export interface Rules extends FieldRules {
  readonly shapes: readonly Shape[];
  readonly heads: HeadCache;
}

/** The reading of one record: shapes put the alerts into it that they find. */
export class Reading {
  readonly items: Item[] = [];
  readonly record: RawRecord;
  readonly rules: Rules;
  /** More alerts than one record may hold; further ones are not kept. */
  isOverfull = false;
  envelope: Envelope | null = null;

  constructor(record: RawRecord, rules: Rules) {
    this.record = record;
    this.rules = rules;
  }

  /** A reader for the fields of one alert. */
  fields(origin = ''): Fields {
    return new Fields(this.rules, this.record.at, origin);
  }

  /** Adds an alert, or the first fault that `fields` met while its parts were read. */
  add(fields: Fields, head: HeadDraft, tail: Tail): void {
    if (this.envelope === null) this.#addWhole(fields, head, tail);
    else this.#addWhole(fields, completeHead(head, this.envelope), completeTail(tail, this.envelope));
  }

  #addWhole(fields: Fields, head: HeadDraft, tail: Tail): void {
    fields.checkSizes(head.labels, head.annotations);
    if (fields.error === null) this.put({ head: this.rules.heads.known(head), tail });
    else this.put(fields.error);
  }

  refuse(code: ErrorCode, detail: string): void {
    this.put({ code, detail });
  }

  put(item: Item): void {
    if (this.items.length < this.rules.limits.maxAlertsPerRecord) this.items.push(item);
    else this.isOverfull = true;
  }

  /** Reads one JSON document, or each of a list of them. */
  readDocument(document: unknown): void {
    if (!Array.isArray(document)) {
      this.#readOne(document);
      return;
    }
    if (document.length === 0) this.refuse('record.empty', 'an empty list holds no alert');
    for (const element of document) {
      if (this.isOverfull) return;
      this.#readOne(element);
    }
  }

  #readOne(document: unknown): void {
    if (!isObject(document)) {
      this.refuse('record.unknown-shape', `expected an object, got ${describe(document)}`);
      return;
    }
    const shape = this.rules.shapes.find((candidate) => candidate.recognizes(document, this));
    if (shape !== undefined) shape.read(document, this);
    else this.refuse('record.unknown-shape', `its keys are ${keysOf(document)}`);
  }

  readJson(text: string): void {
    const parsed = parseJson(text, this.rules.limits.maxDepth);
    if ('error' in parsed) this.put(parsed.error);
    else this.readDocument(parsed.document);
  }
}

function keysOf(document: object): string {
  const keys = Object.keys(document);
  const shown = keys.slice(0, 8).map(describe).join(', ');
  return keys.length > 8 ? `${shown} and ${keys.length - 8} more` : shown || 'none';
}

function completeHead(head: HeadDraft, envelope: Envelope): HeadDraft {
  return {
    ...head,
    source: head.source || envelope.source,
    annotations: [...head.annotations, ...envelope.annotations],
  };
}

function completeTail(tail: Tail, envelope: Envelope): Tail {
  return { ...tail, id: tail.id || envelope.id, observedAt: tail.observedAt ?? envelope.observedAt };
}
