import type { EventTimeMs, IncidentId } from '../../schemas/brand.ts';
import { keyOf, keysOf } from './read-traits.ts';
import type { MemberRow } from './rows.ts';
import { emptyShape, type Kept, type Member, type Shape, tally } from './shape.ts';
import { compareText, insertSorted, removeSorted } from './sorted.ts';

/** That an incident holds a key, and when the newest of its members with that key was news. */
export interface Posting {
  readonly incident: IncidentId;
  readonly lastAt: EventTimeMs;
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

  /** What the members of an incident come to; undefined when it has none. */
  shape(incident: string): Shape | undefined {
    return this.#shapes.get(incident);
  }

  /** Incidents that hold the key, the one with the newest such member last. */
  holders(key: string): readonly Posting[] {
    return this.#postings.get(key) ?? [];
  }

  add(occurrence: string, row: MemberRow): void {
    const shape = this.#shapes.get(row.incident) ?? emptyShape();
    this.#shapes.set(row.incident, shape);
    insertSorted(shape.members, { occurrence, row }, byStart);
    tally(shape, row, 1);
    const template = templateAt(shape, row);
    for (const key of keysOf(row)) {
      const holding = shape.keys.get(key);
      if (holding === undefined) shape.keys.set(key, { count: 1, lastAt: row.newsAt });
      else holding.count += 1;
      const to = holding === undefined ? row.newsAt : Math.max(holding.lastAt, row.newsAt);
      this.#post(key, row.incident, { from: holding?.lastAt, to });
    }
    moveTemplate(shape, row, template);
  }

  remove(occurrence: string, row: MemberRow): void {
    const shape = this.#shapes.get(row.incident);
    if (shape === undefined) return;
    removeSorted(shape.members, { occurrence, row }, byStart);
    tally(shape, row, -1);
    const template = templateAt(shape, row);
    for (const key of keysOf(row)) {
      const holding = shape.keys.get(key);
      if (holding === undefined) continue;
      holding.count -= 1;
      const wasNewest = holding.lastAt === row.newsAt;
      const to = holding.count === 0 ? undefined : wasNewest ? newestWith(shape, key) : holding.lastAt;
      this.#post(key, row.incident, { from: holding.lastAt, to });
      if (to === undefined) shape.keys.delete(key);
    }
    moveTemplate(shape, row, template);
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
    removeSorted(shape.members, { occurrence, row: before }, byStart);
    insertSorted(shape.members, { occurrence, row: after }, byStart);
    tally(shape, before, -1);
    tally(shape, after, 1);
  }

  /** Forgets an incident with all its members. */
  drop(incident: IncidentId): void {
    for (const [key, holding] of this.#shapes.get(incident)?.keys ?? []) {
      this.#post(key, incident, { from: holding.lastAt, to: undefined });
    }
    this.#shapes.delete(incident);
  }

  /** Moves an incident's posting under a key; the holding must exist unless it goes. */
  #post(
    key: string,
    incident: IncidentId,
    { from, to }: { from: number | undefined; to: number | undefined },
  ): void {
    const list = this.#postings.get(key) ?? [];
    if (from !== undefined && from === to) return;
    if (from !== undefined) removeSorted(list, { incident, lastAt: from }, byLastAt);
    if (to !== undefined) {
      insertSorted(list, { incident, lastAt: to }, byLastAt);
      const holding = this.#shapes.get(incident)?.keys.get(key);
      if (holding !== undefined) holding.lastAt = to;
    }
    if (list.length === 0) this.#postings.delete(key);
    else this.#postings.set(key, list);
  }
}

/** Newest start of a member with the row's template. */
function templateAt(shape: Shape, row: MemberRow): EventTimeMs | undefined {
  return row.template === '' ? undefined : shape.keys.get(keyOf.template(row.tenant, row.template))?.lastAt;
}

function moveTemplate(shape: Shape, row: MemberRow, from: EventTimeMs | undefined): void {
  const { template } = row;
  const to = templateAt(shape, row);
  if (from === to) return;
  if (from !== undefined) removeSorted(shape.templates, { template, lastAt: from }, byNewest);
  if (to !== undefined) insertSorted(shape.templates, { template, lastAt: to }, byNewest);
}

/** Only a member that moves to another incident asks for it, so a walk over all is cheap enough. */
function newestWith(shape: Shape, key: string): EventTimeMs | undefined {
  let newest: EventTimeMs | undefined;
  for (const { row } of shape.members) {
    if (keysOf(row).includes(key)) newest = Math.max(newest ?? row.newsAt, row.newsAt);
  }
  return newest;
}

/** Whether it stands at other places of the indexes. */
function hasMoved(before: MemberRow, after: MemberRow): boolean {
  return (
    before.startedAt !== after.startedAt ||
    before.newsAt !== after.newsAt ||
    before.isFarReaching !== after.isFarReaching
  );
}
