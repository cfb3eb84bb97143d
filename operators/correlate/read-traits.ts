import { type EnrichedAlert, type Severity, severities } from '../../schemas/alert.ts';
import type { CorrelateConfig } from './config.ts';
import { maskTemplate } from './mask-template.ts';
import type { Traits } from './rows.ts';
import { compareText } from './sorted.ts';
import type { Topology } from './topology.ts';

/** Longer values are payloads, not places. */
const maxValueChars = 128;

/** What an alert can be related by. A fact counts once: as a service of the graph, else as a label, else as a service. */
export function readTraits(config: CorrelateConfig, topology: Topology, alert: EnrichedAlert): Traits {
  const service = serviceOf(config, alert);
  const isKnown = topology.has(service);
  const labels: string[] = [];
  let isLabel = false;
  for (const name of Object.keys(config.labels)) {
    const value = alert.labels[name];
    if (value === undefined || value === '' || value.length > maxValueChars) continue;
    if (value === service && isKnown) continue;
    if (value === service) isLabel = true;
    labels.push(`${name}=${value}`);
  }
  return {
    tenant: alert.tenant,
    fingerprint: alert.fingerprint,
    service,
    isNode: service !== '' && (isKnown || !isLabel),
    isFarReaching: isSevere(config, alert.severity),
    labels: labels.sort(compareText),
    template: maskTemplate(textOf(config, alert), variablesOf(alert, service)),
  };
}

/** Keys of the indexes, each with its tenant in front: what belongs to two tenants can never meet. */
export const keyOf = {
  service: (tenant: string, service: string) => `${tenant}\u0000s${service}`,
  label: (tenant: string, label: string) => `${tenant}\u0000l${label}`,
  /** The same service, for those who look at it from another one. */
  farReaching: (tenant: string, service: string) => `${tenant}\u0000r${service}`,
  template: (tenant: string, template: string) => `${tenant}\u0000t${template}`,
  fingerprint: (tenant: string, fingerprint: string) => `${tenant}\u0000f${fingerprint}`,
};

/**
 * The keys that traits stand under. Made once for an alert and handed on: a text that was just put together has to be
 * hashed again at each look-up.
 */
export interface TraitKeys {
  readonly service: string;
  /** Of each label, in the order of the labels. */
  readonly labels: readonly string[];
  readonly template: string;
  readonly fingerprint: string;
  /** Keys under which base rates are kept: all but the fingerprint's, whose recurrence is evidence, not chance. */
  readonly values: readonly string[];
  /** Keys under which a member is found. */
  readonly members: readonly string[];
}

export function traitKeysOf(traits: Traits): TraitKeys {
  const { tenant, isNode, isFarReaching } = traits;
  const service = keyOf.service(tenant, traits.service);
  const labels = traits.labels.map((label) => keyOf.label(tenant, label));
  const template = keyOf.template(tenant, traits.template);
  const fingerprint = keyOf.fingerprint(tenant, traits.fingerprint);
  const values = [...labels];
  if (isNode) values.push(service);
  if (traits.template !== '') values.push(template);
  const members = [...values, fingerprint];
  if (isNode && isFarReaching) members.push(keyOf.farReaching(tenant, traits.service));
  return { service, labels, template, fingerprint, values, members };
}

/** Whether what has this severity may have to do with other services; where a source states none, it may. */
export function isSevere({ topology }: CorrelateConfig, severity: Severity): boolean {
  return severity === 'unknown' || severities.indexOf(severity) >= severities.indexOf(topology.minSeverity);
}

function serviceOf(config: CorrelateConfig, alert: EnrichedAlert): string {
  const named =
    alert.service || config.serviceLabels.map((name) => alert.labels[name]).find((value) => value);
  return (named ?? '').slice(0, maxValueChars);
}

function textOf(config: CorrelateConfig, alert: EnrichedAlert): string {
  const text = config.textAnnotations.map((name) => alert.annotations[name]).find((value) => value);
  return text === undefined ? alert.name : `${alert.name} ${text}`;
}

/** Values without a space are names of things; one with spaces may be the very message. */
function variablesOf(alert: EnrichedAlert, service: string): readonly string[] {
  const { alertname: _name, ...labels } = alert.labels;
  return [service, ...Object.values(labels).filter((value) => !value.includes(' '))];
}
