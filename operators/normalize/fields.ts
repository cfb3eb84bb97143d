import type { Severity, Status } from '../../schemas/alert.ts';
import type { EventTimeMs } from '../../schemas/brand.ts';
import type { ErrorCode, RecordError } from '../../schemas/errors.ts';
import type { Pairs } from './head-cache.ts';
import type { Limits } from './limits.ts';
import { implausibility, parseTime } from './parse-time.ts';
import { type SeverityMap, severityOf } from './severity.ts';
import { describe, isObject, quote, utf8Bytes } from './text.ts';

/** What reading the fields of an alert needs to know. */
export interface FieldRules {
  readonly limits: Limits;
  readonly severities: SeverityMap;
  readonly defaultTenant: string;
}

/**
 * Reads the fields of one alert. The first fault is kept in `error`, after which the values mean nothing: this saves
 * every shape from asking after each field. Missing (undefined, null) is never an error here but for `name`.
 */
export class Fields {
  error: RecordError | null = null;
  readonly #rules: FieldRules;
  readonly #at: EventTimeMs;
  readonly #origin: string;

  /** `origin` is put before what is said of a fault, e.g. `mapping 'x': `. */
  constructor(rules: FieldRules, at: EventTimeMs, origin = '') {
    this.#rules = rules;
    this.#at = at;
    this.#origin = origin;
  }

  fail(code: ErrorCode, detail: string): void {
    this.error ??= { code, detail: this.#origin + detail };
  }

  /** A number or a boolean is taken as its text. */
  text(path: string, value: unknown): string {
    if (value === undefined || value === null) return '';
    const text = typeof value === 'string' ? value : plainText(value);
    if (text === null) {
      this.#wrong(path, 'a text', value);
      return '';
    }
    const { maxFieldBytes } = this.#rules.limits;
    if (exceeds(text, maxFieldBytes)) this.#tooMuch(path, 'bytes', maxFieldBytes);
    return text;
  }

  name(path: string, value: unknown): string {
    const name = this.text(path, value);
    if (name === '')
      this.fail('record.invalid-field', `${path}: an alert needs a name, and this one has none`);
    return name;
  }

  /** Empty means none: no tenant can be called ''. */
  tenant(path: string, value: unknown): string {
    return this.text(path, value) || this.#rules.defaultTenant;
  }

  /** Words without a meaning are kept in the annotation `severity.original`. */
  severity(path: string, value: unknown, annotations: Pairs): Severity {
    const text = this.text(path, value);
    const severity = severityOf(this.#rules.severities, text);
    if (severity === undefined && text !== '') annotations.push('severity.original', text);
    return severity ?? 'unknown';
  }

  status(path: string, value: unknown): Status {
    if (value === undefined || value === null || value === '' || value === 'firing') return 'firing';
    if (value === 'resolved') return 'resolved';
    const word = typeof value === 'string' ? value.trim().toLowerCase() : '';
    if (word !== 'firing' && word !== 'resolved') this.#wrong(path, "'firing' or 'resolved'", value);
    return word === 'resolved' ? 'resolved' : 'firing';
  }

  /** An empty text means none. */
  time(path: string, value: unknown, isEnd = false): EventTimeMs | null {
    if (value === undefined || value === null || value === '') return null;
    const time = parseTime(value);
    const fault = implausibility(time, this.#at, isEnd);
    if (fault !== null) this.fail('record.invalid-time', `${path}: ${describe(value)} ${fault}`);
    return time;
  }

  /** Finite, also as a text such as '12.5'; an empty text means none. */
  number(path: string, value: unknown): number | null {
    if (value === undefined || value === null || value === '') return null;
    const number = typeof value === 'string' && decimal.test(value) ? Number(value) : value;
    if (typeof number === 'number' && Number.isFinite(number)) return number;
    this.#wrong(path, 'a finite number', value);
    return null;
  }

  /** Null drops the label, '' keeps it empty; a list or an object is an error, since labels say what an alert is. */
  labels(path: string, value: unknown): Pairs {
    const pairs: Pairs = [];
    if (value === undefined || value === null) return pairs;
    if (!isObject(value)) {
      this.#wrong(path, 'an object of texts', value);
      return pairs;
    }
    const names = Object.keys(value);
    // Asked first, so that a hundred thousand labels cost nothing.
    if (names.length > this.#rules.limits.maxLabels) {
      this.#tooMuch(path, 'labels', this.#rules.limits.maxLabels);
      return pairs;
    }
    for (const name of names) this.#addLabel(path, name, value[name], pairs);
    return pairs;
  }

  #addLabel(path: string, name: string, value: unknown, pairs: Pairs): void {
    if (value === undefined || value === null) return;
    const text = typeof value === 'string' ? value : plainText(value);
    if (text === null) this.#wrong(`${path}.${quote(name)}`, 'a text', value);
    else if (name === '') this.fail('record.invalid-field', `${path}: a label has an empty name`);
    else pairs.push(name, text);
  }

  /**
   * Adds what is worth keeping to the annotations: a text as it is, lists and objects flattened to `prefix.path.to`.
   * The depth is bounded by `limits.maxDepth`, which was checked before the document was parsed.
   */
  annotate(prefix: string, value: unknown, annotations: Pairs): void {
    if (value === undefined || value === null || this.error !== null) return;
    if (annotations.length >= 2 * this.#rules.limits.maxAnnotations) {
      this.#tooMuch('annotations', 'entries', this.#rules.limits.maxAnnotations);
      return;
    }
    if (typeof value !== 'object') {
      annotations.push(prefix, String(value));
      return;
    }
    for (const [name, inner] of Object.entries(value)) {
      this.annotate(prefix === '' ? name : `${prefix}.${name}`, inner, annotations);
    }
  }

  annotations(path: string, value: unknown): Pairs {
    const pairs: Pairs = [];
    if (value === undefined || value === null) return pairs;
    if (isObject(value)) this.annotate('', value, pairs);
    else this.#wrong(path, 'an object of texts', value);
    return pairs;
  }

  /** To be asked once all labels and annotations are read. */
  checkSizes(labels: Pairs, annotations: Pairs): void {
    const { maxLabels, maxLabelBytes, maxAnnotations, maxAnnotationBytes } = this.#rules.limits;
    if (labels.length > 2 * maxLabels) this.#tooMuch('labels', 'labels', maxLabels);
    if (annotations.length > 2 * maxAnnotations) this.#tooMuch('annotations', 'entries', maxAnnotations);
    if (allExceed(labels, maxLabelBytes)) this.#tooMuch('labels', 'bytes', maxLabelBytes);
    if (allExceed(annotations, maxAnnotationBytes)) this.#tooMuch('annotations', 'bytes', maxAnnotationBytes);
  }

  #wrong(path: string, expected: string, value: unknown): void {
    this.fail('record.invalid-field', `${path}: expected ${expected}, got ${describe(value)}`);
  }

  #tooMuch(path: string, what: string, limit: number): void {
    this.fail('record.too-large', `${path}: more than ${limit} ${what}`);
  }
}

const decimal = /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*$/;

function plainText(value: unknown): string | null {
  if (typeof value === 'boolean') return String(value);
  return typeof value === 'number' && Number.isFinite(value) ? String(value) : null;
}

/** A character takes one to three bytes (a pair of surrogates four), so most texts need no counting. */
function exceeds(text: string, maxBytes: number): boolean {
  return text.length * 3 > maxBytes && (text.length > maxBytes || utf8Bytes(text) > maxBytes);
}

function allExceed(texts: Pairs, maxBytes: number): boolean {
  let length = 0;
  for (const text of texts) length += text.length;
  return length * 3 > maxBytes && texts.reduce((bytes, text) => bytes + utf8Bytes(text), 0) > maxBytes;
}
