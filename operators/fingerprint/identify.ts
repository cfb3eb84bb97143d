import type { Head, Labels } from '../../schemas/alert.ts';
import { fingerprintOf, hash64, hash128 } from '../../schemas/identity.ts';
import { compileMatchers, type Predicate, parseMatchers } from '../../schemas/matcher/index.ts';
import type { Subject } from '../../schemas/reduced.ts';
import { type FingerprintConfig, fallback, type IdentityRule } from './config.ts';

/** The config, prepared. */
export interface Rules {
  readonly config: FingerprintConfig;
  readonly volatileLabels: ReadonlySet<string>;
  readonly drops: readonly { readonly name: string; readonly matches: Predicate }[];
}

export function rulesOf(config: FingerprintConfig): Rules {
  return {
    config,
    volatileLabels: new Set(config.volatileLabels),
    drops: config.drop.flatMap(({ name, matchers }) => {
      const parsed = matchers.map(parseMatchers).flatMap((list) => (list.ok ? list.matchers : []));
      const matches = compileMatchers(parsed);
      return matches === null ? [] : [{ name, matches }];
    }),
  };
}

/** What identifies a head: a function of the head and the config alone. */
export function identify(rules: Rules, head: Head): Omit<Subject, 'head' | 'ending'> {
  const { config } = rules;
  const rule = config.identity.find(({ when }) => applies(when, head)) ?? fallback;
  const alert = { ...head, service: '' };
  return {
    fingerprint: fingerprintOf(identityParts(rules, rule, head)),
    fingerprintRule: rule.name,
    contentHash: contentHashOf(head),
    watched: hash64(['severity', ...config.watch].flatMap((field) => partOf(head, field))),
    domain: domainOf(config.correlationDomain, head),
    droppedBy: rules.drops.find(({ matches }) => matches(alert))?.name ?? '',
  };
}

function applies(when: IdentityRule['when'], head: Head): boolean {
  return (
    (when.tenant === undefined || when.tenant === head.tenant) &&
    (when.source === undefined || when.source === head.source) &&
    (when.name === undefined || when.name === head.name) &&
    when.hasLabels.every((name) => Object.hasOwn(head.labels, name))
  );
}

/**
 * Each field goes in with its name, in sorted order and once, so that neither the order of labels nor that of `fields`
 * counts, and equal lists of fields give equal fingerprints under any rule.
 */
function identityParts({ volatileLabels }: Rules, { fields }: IdentityRule, head: Head): string[] {
  const named = new Set(['tenant']);
  for (const field of fields) {
    if (field !== 'labels') named.add(field);
    else {
      for (const name of Object.keys(head.labels)) if (!volatileLabels.has(name)) named.add(`label:${name}`);
    }
  }
  return [...named].sort().flatMap((field) => partOf(head, field));
}

/** Name and value of a field; nothing for a label that is not there, which is not the same as an empty one. */
function partOf(head: Head, field: string): readonly string[] {
  const value = fieldOf(head, field);
  return value === undefined ? [] : [field, value];
}

function fieldOf(head: Head, field: string): string | undefined {
  if (field.startsWith('label:')) return ownValue(head.labels, field.slice('label:'.length));
  if (field.startsWith('annotation:')) return ownValue(head.annotations, field.slice('annotation:'.length));
  if (field === 'source') return head.source;
  if (field === 'name') return head.name;
  if (field === 'severity') return head.severity;
  return field === 'generatorUrl' ? head.generatorUrl : head.tenant;
}

const ownValue = (labels: Labels, name: string): string | undefined =>
  Object.hasOwn(labels, name) ? labels[name] : undefined;

function contentHashOf(head: Head): string {
  const { tenant, source, name, severity, generatorUrl } = head;
  return hash128([
    ...[tenant, source, name, severity, generatorUrl],
    ...countedPairs(head.labels),
    ...countedPairs(head.annotations),
  ]);
}

/** The count keeps a label from being taken for an annotation. */
function countedPairs(labels: Labels): string[] {
  const names = Object.keys(labels).sort();
  return [String(names.length), ...names.flatMap((name) => [name, labels[name] ?? ''])];
}

/**
 * Key of alerts.reduced.v1. Of one field it is the value as it is; several are joined with `|`, escaped so that two
 * domains never share a key. A missing label counts as an empty one here.
 */
function domainOf(fields: readonly string[], head: Head): string {
  const values = fields.map((field) => fieldOf(head, field) ?? '');
  if (values.length === 1) return values[0] ?? '';
  return values.map((value) => value.replaceAll('%', '%25').replaceAll('|', '%7C')).join('|');
}
