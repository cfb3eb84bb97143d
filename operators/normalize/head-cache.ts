import type { Ending, Head, Labels } from '../../schemas/alert.ts';
import { PackedHead, packed } from '../../schemas/avro/packed-head.ts';
import type { PackedSubject } from '../../schemas/avro/packed-subject.ts';
import type { KnownHead } from '../events.ts';
import { KnownTexts } from './known-texts.ts';

/** Names and values in turn: `[name, value, name, value, …]`. Safe whatever a name is, and cheap to make a key of. */
export type Pairs = string[];

/** A head as a shape reads it, before it is known. */
export interface HeadDraft extends Omit<Head, 'labels' | 'annotations'> {
  readonly ending: Ending;
  readonly labels: Pairs;
  readonly annotations: Pairs;
}

/** Gives equal heads the same object, so that what follows is computed once per head instead of once per alert. */
export class HeadCache extends KnownTexts<KnownHead> {
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

/** A new head each time: for records whose heads are remembered by their bytes. What is kept twice is a third of all. */
export class NewHeads extends HeadCache {
  override known(draft: HeadDraft): KnownHead {
    return build(draft);
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

/** Flat, as docs/performance.md says. */
function build(draft: HeadDraft): KnownHead {
  const { tenant, source, name, severity, generatorUrl } = draft;
  const labels = toLabels(draft.labels);
  const annotations = toLabels(draft.annotations);
  return new CachedHead(
    packed({ tenant, source, name, severity, labels, annotations, generatorUrl }),
    draft.ending,
  );
}

/** Holds its own bytes, or lies in those that it is known by: a slice of the record would keep all of it alive. */
class CachedHead extends PackedHead implements KnownHead {
  readonly ending: Ending;
  identity: PackedSubject | null = null;
  identifiedUnder: object | null = null;
  run: object | null = null;

  constructor(avro: string, ending: Ending) {
    super(avro);
    this.ending = ending;
  }
}

/** Without a prototype, so that a label called `constructor` or `__proto__` is a label like any other. */
function toLabels(pairs: Pairs): Labels {
  const labels: Record<string, string> = Object.create(null);
  for (let i = 0; i + 1 < pairs.length; i += 2) labels[pairs[i] ?? ''] = pairs[i + 1] ?? '';
  return labels;
}
