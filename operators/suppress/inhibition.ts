import type { EventTimeMs } from '../../schemas/brand.ts';
import { canonical } from '../../schemas/identity.ts';
import { compileMatchers, type Matchable, type Predicate, readLabel } from '../../schemas/matcher/index.ts';
import type { SuppressConfig } from './config.ts';
import { MatcherIndex } from './matcher-index.ts';
import type { SourceRow } from './rows.ts';

/** Firing sources of one rule that agree on the values of its `equal` labels; both maps run from the oldest on. */
interface Sources {
  readonly all: Map<string, EventTimeMs>;
  /** Those that do not match the target side as well. */
  readonly oneSided: Map<string, EventTimeMs>;
}

interface Rule {
  /** Its place in the config. */
  readonly number: number;
  readonly name: string;
  readonly location: string;
  readonly isSource: Predicate;
  readonly isTarget: Predicate;
  readonly equal: readonly string[];
  readonly sources: Map<string, Sources>;
}

export interface Inhibited {
  readonly rule: string;
  readonly location: string;
  /** Since when the oldest of the muting alerts fires. */
  readonly since: EventTimeMs;
}

const never: Predicate = () => false;

/**
 * Inhibition as in Alertmanager: a firing alert that matches the source side of a rule mutes those that match its target
 * side and agree on the `equal` labels, within one tenant. An alert that matches both sides is muted only by sources that
 * do not, so that it never mutes itself.
 */
export class Inhibitor {
  readonly #rules = new Map<string, Rule>();
  readonly #bySource = new MatcherIndex<Rule>();
  readonly #byTarget = new MatcherIndex<Rule>();

  constructor(config: SuppressConfig['inhibitRules'], sources: Iterable<readonly [string, SourceRow]>) {
    for (const [
      number,
      { name, location, tenant, equal, sourceMatchers, targetMatchers },
    ] of config.entries()) {
      const rule: Rule = {
        ...{ number, name, location, equal },
        isSource: compileMatchers(sourceMatchers) ?? never,
        isTarget: compileMatchers(targetMatchers) ?? never,
        sources: new Map(),
      };
      this.#rules.set(name, rule);
      this.#bySource.add(tenant, sourceMatchers, rule);
      this.#byTarget.add(tenant, targetMatchers, rule);
    }
    // Oldest first, as they came: then the first of a map is the oldest, however the rows were restored.
    const sorted = [...sources].sort(([, a], [, b]) => a.since - b.since);
    for (const [occurrence, row] of sorted) this.add(occurrence, row);
  }

  get hasRules(): boolean {
    return this.#rules.size > 0;
  }

  isSource(alert: Matchable): boolean {
    for (const rule of this.#bySource.candidates(alert)) if (rule.isSource(alert)) return true;
    return false;
  }

  /** `row.since` must not be before that of any row added earlier. */
  add(occurrence: string, row: SourceRow): void {
    for (const rule of this.#rulesFrom(row)) {
      const key = equalKey(rule, row);
      const sources = rule.sources.get(key) ?? { all: new Map(), oneSided: new Map() };
      rule.sources.set(key, sources);
      sources.all.set(occurrence, row.since);
      if (!rule.isTarget(row)) sources.oneSided.set(occurrence, row.since);
    }
  }

  /** Takes a source out; returns the groups (`groupOf`) whose targets may be free now. */
  remove(occurrence: string, row: SourceRow): readonly string[] {
    const freed: string[] = [];
    for (const rule of this.#rulesFrom(row)) {
      const key = equalKey(rule, row);
      const sources = rule.sources.get(key);
      if (sources === undefined) continue;
      sources.all.delete(occurrence);
      sources.oneSided.delete(occurrence);
      if (sources.all.size === 0) rule.sources.delete(key);
      if (sources.oneSided.size === 0) freed.push(groupName(rule, key));
    }
    return freed;
  }

  /** The first rule of the config that mutes the alert. */
  find(alert: Matchable): Inhibited | null {
    let first: Rule | null = null;
    let since = 0;
    for (const rule of this.#byTarget.candidates(alert)) {
      if ((first !== null && rule.number > first.number) || rule.sources.size === 0) continue;
      const oldest = rule.isTarget(alert) ? oldestOf(rule, alert) : undefined;
      if (oldest === undefined) continue;
      first = rule;
      since = oldest;
    }
    return first === null ? null : { rule: first.name, location: first.location, since };
  }

  /** Names the targets of a rule that the same sources mute. */
  groupOf(ruleName: string, alert: Matchable): string | null {
    const rule = this.#rules.get(ruleName);
    return rule === undefined ? null : groupName(rule, equalKey(rule, alert));
  }

  /** The rules that an alert is a source of, in the order of the config. */
  #rulesFrom(alert: Matchable): readonly Rule[] {
    const rules: Rule[] = [];
    for (const rule of this.#bySource.candidates(alert)) if (rule.isSource(alert)) rules.push(rule);
    return rules.sort((a, b) => a.number - b.number);
  }
}

/** Since when the oldest source fires that mutes a target; undefined when none does. */
function oldestOf(rule: Rule, alert: Matchable): EventTimeMs | undefined {
  const sources = rule.sources.get(equalKey(rule, alert));
  if (sources === undefined) return undefined;
  const [oldest] = (rule.isSource(alert) ? sources.oneSided : sources.all).values();
  return oldest;
}

/** The tenant is always part of it: nobody mutes the alerts of another. */
function equalKey(rule: Rule, alert: Matchable): string {
  return canonical([alert.tenant, ...rule.equal.map((label) => readLabel(alert, label))]);
}

function groupName(rule: Rule, key: string): string {
  return canonical(['inhibit', rule.name, key]);
}
