import type { EventTimeMs, IncidentId } from '../../schemas/brand.ts';
import { type TraitKeys, traitKeysOf } from './read-traits.ts';
import type { MemberRow } from './rows.ts';
import { emptyShape, type Kept, type Member, type Shape, tally, tallyEnd } from './shape.ts';
import { compareText, insertSorted, removeSorted, replaceSorted } from './sorted.ts';

/** That an incident holds a key, and when the newest of its members with that key was news. */
export interface Posting {
  readonly incident: IncidentId;
  readonly lastAt: EventTimeMs;
}

interface Move {
  readonly key: string;
  readonly keys: TraitKeys;
  readonly row: MemberRow;
  /** When its newest member was news; undefined without one. */
  readonly from: EventTimeMs | undefined;
  readonly to: EventTimeMs | undefined;
}

const byStart = (a: Member, b: Member) =>
  a.row.startedAt - b.row.startedAt || compareText(a.occurrence, b.occurrence);

const byNewest = (a: Kept, b: Kept) => a.lastAt - b.lastAt || compareText(a.template, b.template);

const byLastAt = (a: Posting, b: Posting) => a.lastAt - b.lastAt || compareText(a.incident, b.incident);

/**
 * Everything looked up about members: derived from their rows, equal whatever order they are added in, so that a
 * restored shard goes on as the one that stopped.
 */
export class MemberIndex {
  readonly #shapes = new Map<string, Shape>();
  readonly #postings = new Map<string, Posting[]>();
  readonly #isTemplatePosted: boolean;

  /** Without templates `holders` knows nothing of them: most incidents share a few, so that their lists are long. */
  constructor({ isTemplatePosted }: { readonly isTemplatePosted: boolean }) {
    this.#isTemplatePosted = isTemplatePosted;
  }

  /** What the members of an incident come to; undefined when it has none. */
  shape(incident: string): Shape | undefined {
    return this.#shapes.get(incident);
  }

  /** Incidents that hold the key, the one with the newest such member last. */
  holders(key: string): readonly Posting[] {
    return this.#postings.get(key) ?? [];
  }

  add(occurrence: string, row: MemberRow, keys = traitKeysOf(row)): void {
    const shape = this.#shapes.get(row.incident) ?? emptyShape();
    this.#shapes.set(row.incident, shape);
    insertSorted(shape.members, { occurrence, row }, byStart);
    tally(shape, row, 1);
    for (const key of keys.members) {
      const holding = shape.keys.get(key);
      const from = holding?.lastAt;
      if (holding === undefined) shape.keys.set(key, { count: 1, lastAt: row.newsAt });
      else {
        holding.count += 1;
        holding.lastAt = Math.max(holding.lastAt, row.newsAt);
      }
      if (from === undefined || from < row.newsAt)
        this.#move(shape, { key, keys, row, from, to: row.newsAt });
    }
  }

  remove(occurrence: string, row: MemberRow): void {
    const shape = this.#shapes.get(row.incident);
    if (shape === undefined) return;
    removeSorted(shape.members, { occurrence, row }, byStart);
    tally(shape, row, -1);
    const keys = traitKeysOf(row);
    for (const key of keys.members) {
      const holding = shape.keys.get(key);
      if (holding === undefined) continue;
      holding.count -= 1;
      const from = holding.lastAt;
      const to = holding.count > 0 && from === row.newsAt ? newestWith(shape, key) : from;
      if (holding.count === 0) shape.keys.delete(key);
      else holding.lastAt = to;
      if (holding.count === 0 || to !== from)
        this.#move(shape, { key, keys, row, from, to: holding.count === 0 ? undefined : to });
    }
    if (shape.members.length === 0) this.#shapes.delete(row.incident);
  }

  /** The same occurrence and incident with another row. Only a start that moved touches the indexes. */
  replace(occurrence: string, before: MemberRow, after: MemberRow): void {
    const shape = this.#shapes.get(before.incident);
    if (shape === undefined || hasMoved(before, after)) {
      this.remove(occurrence, before);
      this.add(occurrence, after);
      return;
    }
    replaceSorted(shape.members, { occurrence, row: after }, byStart);
    tallyEnd(shape, before, after);
  }

  /** Forgets an incident with all its members. */
  drop(incident: IncidentId): void {
    for (const [key, holding] of this.#shapes.get(incident)?.keys ?? []) {
      this.#post(key, incident, { from: holding.lastAt, to: undefined });
    }
    this.#shapes.delete(incident);
  }

  /** What the newest member with a key was, and is, moves in all lists that are sorted by it. */
  #move(shape: Shape, { key, keys, row, from, to }: Move): void {
    const isTemplate = key === keys.template;
    if (isTemplate) {
      const { template } = row;
      if (from !== undefined) removeSorted(shape.templates, { template, lastAt: from }, byNewest);
      if (to !== undefined) insertSorted(shape.templates, { template, lastAt: to }, byNewest);
    }
    if (!isTemplate || this.#isTemplatePosted) this.#post(key, row.incident, { from, to });
  }

  /** Moves an incident's posting under a key. */
  #post(key: string, incident: IncidentId, { from, to }: Pick<Move, 'from' | 'to'>): void {
    const list = this.#postings.get(key);
    if (list === undefined) {
      if (to !== undefined) this.#postings.set(key, [{ incident, lastAt: to }]);
      return;
    }
    if (from !== undefined) removeSorted(list, { incident, lastAt: from }, byLastAt);
    if (to !== undefined) insertSorted(list, { incident, lastAt: to }, byLastAt);
    if (list.length === 0) this.#postings.delete(key);
  }
}

/** Only a member that moves to another incident asks for it, so a walk over all is cheap enough. */
function newestWith(shape: Shape, key: string): EventTimeMs {
  const holders = shape.members.filter(({ row }) => traitKeysOf(row).members.includes(key));
  return Math.max(...holders.map(({ row }) => row.newsAt));
}

/** Whether it stands at other places of the indexes. */
function hasMoved(before: MemberRow, after: MemberRow): boolean {
  return (
    before.startedAt !== after.startedAt ||
    before.newsAt !== after.newsAt ||
    before.isFarReaching !== after.isFarReaching
  );
}
