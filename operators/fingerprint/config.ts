import { z } from 'zod';
import { parseMatchers } from '../../schemas/matcher/index.ts';

/**
 * Labels that name one instance of a thing that is replaced or counted up, so that the same trouble would look new each
 * time: a pod is gone after a rollout, a process id after a restart, a request after a millisecond. `instance`, `host`
 * and `node` are not among them: they say where the trouble is, and stay.
 */
export const defaultVolatileLabels: readonly string[] = [
  // Kubernetes: a new name with every rollout; the workload labels (deployment, statefulset, job_name) stay.
  'pod',
  'pod_name',
  'pod_ip',
  'pod_uid',
  'pod_template_hash',
  'replicaset',
  'uid',
  // Containers: a new id with every start; `container` is the name in the pod's spec, and stays.
  'container_id',
  'image_id',
  // Machines of an autoscaling group.
  'instance_id',
  // Processes and threads.
  'pid',
  'process_id',
  'thread_id',
  // One request, job run or session.
  'request_id',
  'correlation_id',
  'trace_id',
  'span_id',
  'session_id',
  'run_id',
  'build_id',
  // One event of the source.
  'alert_id',
  'event_id',
  // Which of two equal Prometheus servers saw it.
  'prometheus_replica',
  '__replica__',
];

const field = (pattern: RegExp, known: string) =>
  z.string().regex(pattern, `expected ${known}`).describe(`One of ${known}.`);

const IdentityField = field(
  /^(?:tenant|source|name|severity|labels|label:.+)$/,
  "source, name, severity, labels (all that are not volatile) or 'label:<name>'",
);
const DomainField = field(/^(?:tenant|source|name|label:.+)$/, "tenant, source, name or 'label:<name>'");
const WatchedField = field(
  /^(?:severity|generatorUrl|(?:label|annotation):.+)$/,
  "severity, generatorUrl, 'label:<name>' or 'annotation:<name>'",
);

const Matcher = z.string().superRefine((text, context) => {
  const parsed = parseMatchers(text);
  if (!parsed.ok) context.addIssue({ code: 'custom', message: parsed.problem });
  else if (parsed.matchers.length === 0) context.addIssue({ code: 'custom', message: 'no matcher in it' });
  else if (parsed.matchers.some(({ op }) => op === '=~' || op === '!~')) {
    context.addIssue({ code: 'custom', message: 'only = and != can drop; use `suppress` for patterns' });
  }
});

const IdentityRule = z.strictObject({
  name: z.string().min(1).describe('Shown as `fingerprintRule`. Renaming a rule changes no fingerprint.'),
  when: z
    .strictObject({
      tenant: z.string().optional().describe('Exactly this tenant.'),
      source: z.string().optional().describe('Exactly this source.'),
      name: z.string().optional().describe('Exactly this name.'),
      hasLabels: z.array(z.string().min(1)).default([]).describe('All of these labels, whatever they hold.'),
    })
    .prefault({})
    .describe('What the rule is for; all must be true. Empty: for everything.'),
  fields: z.array(IdentityField).min(1).describe('What makes two alerts the same; the tenant always does.'),
});

const DropRule = z.strictObject({
  name: z.string().min(1).describe('Named by the decision `dropped-by-rule`.'),
  matchers: z
    .array(Matcher)
    .min(1)
    .describe('As in Alertmanager, with = and != only: `severity="info"`. All must match.'),
});

const FingerprintShape = z.strictObject({
  identity: z
    .array(IdentityRule)
    .max(256)
    .default([])
    .describe(
      "The first that fits is used; else 'default': source, name and all labels but the volatile ones.",
    ),
  volatileLabels: z
    .array(z.string().min(1))
    .default([...defaultVolatileLabels])
    .describe('Labels that do not count as identity under `labels`. Replaces the built-in list.'),
  watch: z
    .array(WatchedField)
    .default([])
    .describe('A change of one of these passes as an update, as one of severity always does.'),
  correlationDomain: z
    .array(DomainField)
    .min(1)
    .default(['tenant'])
    .describe('What keys alerts.reduced.v1: only alerts of one domain are correlated, on one core.'),
  drop: z.array(DropRule).max(1_000).default([]).describe('Alerts to count but never to tell.'),
});

/** The rule for everything that no configured rule fits. */
export const fallback: IdentityRule = {
  name: 'default',
  when: { hasLabels: [] },
  fields: ['source', 'name', 'labels'],
};

/** Config of fingerprint: what makes two alerts the same one. */
export const FingerprintConfig = FingerprintShape.superRefine((config, context) => {
  const taken = new Set([fallback.name]);
  for (const [index, { name }] of config.identity.entries()) {
    if (taken.has(name)) {
      const message = `another rule is called '${name}': \`fingerprintRule\` could not tell them apart`;
      context.addIssue({ code: 'custom', path: ['identity', index, 'name'], message });
    }
    taken.add(name);
  }
  const rules = [...config.identity.map((rule, index) => ({ ...rule, path: ['identity', index] })), fallback];
  for (const [index, field] of config.correlationDomain.entries()) {
    const lacking = rules.find(({ fields }) => !identifies(fields, field, config.volatileLabels));
    if (lacking === undefined) continue;
    context.addIssue({
      code: 'custom',
      path: ['correlationDomain', index],
      message:
        `'${field}' is not part of the identity under the rule '${lacking.name}', so one alert could ` +
        `fall into two domains: add it to the fields of that rule${reason(field, config.volatileLabels)}`,
    });
  }
});

export type FingerprintConfig = z.infer<typeof FingerprintConfig>;
export type IdentityRule = z.infer<typeof IdentityRule>;

function identifies(fields: readonly string[], field: string, volatile: readonly string[]): boolean {
  if (field === 'tenant' || fields.includes(field)) return true;
  return field.startsWith('label:') && fields.includes('labels') && !volatile.includes(field.slice(6));
}

function reason(field: string, volatile: readonly string[]): string {
  return volatile.includes(field.slice(6)) ? ', or take it off `volatileLabels`' : '';
}
