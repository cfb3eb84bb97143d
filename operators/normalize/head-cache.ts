import type { Ending, Head, Labels } from '../../schemas/alert.ts';
import type { KnownHead } from '../events.ts';
import { Generations } from './generations.ts';

/** Names and values in turn: `[name, value, name, value, …]`. Safe whatever a name is, and cheap to make a key of. */
export type Pairs = string[];

/** A head as a shape reads it, before it is known. */
export interface HeadDraft extends Omit<Head, 'labels' | 'annotations'> {
  readonly ending: Ending;
  readonly labels: Pairs;
  readonly annotations: Pairs;
}

/** Gives equal heads the same object, so that what follows is computed once per head instead of once per alert. */
export class HeadCache extends Generations<KnownHead> {
  /** The one object for heads equal to the draft (and with labels in the same order; what follows does not mind). */
  known(draft: HeadDraft): KnownHead {
    const key = keyOf(draft);
    const hit = this.get(key);
    if (hit !== undefined) return hit;
    const head = build(draft);
    this.set(key, head);
    return head;
  }
}

/**
 * Injective: closed words first, then counted and length-prefixed text. Joined, since V8 keeps a text made with `+` as the tree
 * of its parts: four times the memory, and slow to walk for the collector.
 */
function keyOf({
  ending,
  severity,
  tenant,
  source,
  name,
  generatorUrl,
  labels,
  annotations,
}: HeadDraft): string {
  const parts: (string | number)[] = [ending, severity, labels.length, annotations.length];
  for (const text of [tenant, source, name, generatorUrl]) parts.push(text.length, text);
  for (const text of labels) parts.push(text.length, text);
  for (const text of annotations) parts.push(text.length, text);
  return parts.join(' ');
}

function build(draft: HeadDraft): KnownHead {
  return {
    tenant: detach(draft.tenant),
    source: detach(draft.source),
    name: detach(draft.name),
    severity: draft.severity,
    labels: toLabels(draft.labels),
    annotations: toLabels(draft.annotations),
    generatorUrl: detach(draft.generatorUrl),
    ending: draft.ending,
    // Makes room for it: fingerprint fills it in.
    identified: undefined,
  };
}

/**
 * Without a prototype, so that a label called `constructor` or `__proto__` is a label like any other. Taken away from an object that
 * had one: what `Object.create(null)` gives is a hash table, much larger than an object that
 * shares its layout with others of the same names (docs/performance.md).
 */
function toLabels(pairs: Pairs): Labels {
  const labels: Record<string, string> = Object.setPrototypeOf({}, null);
  for (let i = 0; i + 1 < pairs.length; i += 2) labels[detach(pairs[i] ?? '')] = detach(pairs[i + 1] ?? '');
  return labels;
}

/** V8 keeps a whole record alive for a slice of it; a remembered head must hold its own characters. */
function detach(text: string): string {
  // Shorter slices are copies already (SlicedString::kMinLength in V8).
  return text.length < 13 ? text : (JSON.parse(JSON.stringify(text)) as string);
}
