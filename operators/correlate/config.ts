import { z } from 'zod';
import { severities } from '../../schemas/alert.ts';
import { span } from '../span.ts';

const minuteMs = 60_000;

const weight = (value: number, what: string) => z.number().min(0).max(0.99).default(value).describe(what);

const durationMs = (value: number, what: string) => span().positive().default(value).describe(what);

const Weights = z
  .object({
    temporal: weight(0.3, 'Closeness in time. It only strengthens other evidence: time alone never joins.'),
    topology: weight(0.72, 'Same service, or services that can share a cause in the dependency graph.'),
    labels: weight(0.72, 'Shared label values, weighted by label and by how rarely the value is in alert.'),
    template: weight(0.3, 'Similar message once numbers and ids are masked.'),
    recurrence: weight(0.6, 'The same alert fired in this incident before.'),
  })
  .strict()
  .prefault({});

const CauseWeights = z
  .object({
    topology: weight(0.45, 'Share of the other services that depend on the one of this alert.'),
    earliest: weight(0.25, 'How early it began.'),
    severity: weight(0.15, 'How severe it is.'),
    rarity: weight(0.15, 'How rarely its service and message are in alert.'),
  })
  .strict()
  .refine((w) => w.topology + w.earliest + w.severity + w.rarity <= 1 + 1e-9, 'the weights sum to at most 1')
  .prefault({});

const Topology = z
  .object({
    file: z
      .string()
      .optional()
      .describe(
        'YAML or CSV file (columns `from`, `to`) that the edges are loaded from when the config is read.',
      ),
    edges: z
      .array(z.object({ from: z.string().min(1), to: z.string().min(1) }).strict())
      .default([])
      .describe('`from` depends on `to`: when `to` fails, `from` suffers.'),
    maxHops: z.number().int().min(0).max(6).default(3).describe('Services further apart are not related.'),
    hopDecay: z.number().min(0).max(1).default(0.8).describe('What each hop leaves of the evidence.'),
    minSeverity: z
      .enum(severities)
      .default('medium')
      .describe(
        'Milder alerts are related within their own service only: a probe that fails for a moment explains nothing elsewhere. Unknown severities count as severe.',
      ),
    maxFanIn: z
      .number()
      .int()
      .positive()
      .default(8)
      .describe(
        'Two services that only share a dependency of more dependents than this are not related by it.',
      ),
    maxNeighbours: z.number().int().positive().default(64).describe('Nearest services that are looked up.'),
  })
  .strict()
  .prefault({});

/** Labels that say where an alert comes from, with how much one shared value may say. */
const defaultLabels = {
  host: 1,
  hostname: 1,
  node: 1,
  instance: 1,
  pod: 1,
  container: 0.8,
  ip: 1,
  device: 0.8,
  deployment: 0.7,
  job: 0.35,
  namespace: 0.35,
  cluster: 0.25,
  zone: 0.2,
  region: 0.15,
};

export const CorrelateConfig = z
  .object({
    windowMs: durationMs(
      5 * minuteMs,
      'Closeness decays over it, and evidence older than it fades; also the resolution of the base rates.',
    ),
    joinAt: z.number().min(0).max(1).default(0.55).describe('Least confidence with which an alert joins.'),
    weights: Weights,
    causeWeights: CauseWeights,
    causeToleranceMs: durationMs(
      2 * minuteMs,
      'How much later than its symptoms the alert of a cause may begin (detection delay).',
    ),
    labels: z
      .record(z.string().min(1), z.number().min(0).max(1))
      .default(defaultLabels)
      .describe('Labels that count as evidence, each with the weight of one shared value.'),
    serviceLabels: z
      .array(z.string().min(1))
      .default(['service', 'app', 'job', 'host'])
      .describe('Labels that name the service of an alert that enrich gave none, the first that is there.'),
    topology: Topology,
    textAnnotations: z
      .array(z.string().min(1))
      .default(['summary', 'message', 'description'])
      .describe('The first annotation that is there gives the message text, after the name.'),
    maxCandidates: z
      .number()
      .int()
      .positive()
      .default(32)
      .describe('Incidents an alert is compared with, the newest first.'),
    maxMembers: z
      .number()
      .int()
      .positive()
      .default(1000)
      .describe('A full incident is followed by a new one.'),
    maxAgeMs: durationMs(24 * 60 * minuteMs, 'An older incident takes no new members.'),
    driftMs: durationMs(
      30 * minuteMs,
      'How long an incident goes on taking members after all that it began with has ended.',
    ),
    resolveDelayMs: durationMs(5 * minuteMs, 'Quiet after the last member ended until the incident is over.'),
    reopenWithinMs: durationMs(30 * minuteMs, 'Quiet after which a resolved incident is never reopened.'),
    maxListed: z
      .number()
      .int()
      .positive()
      .default(50)
      .describe('Fingerprints and services named per incident.'),
    maxValues: z
      .number()
      .int()
      .positive()
      .default(50_000)
      .describe('Services, label values and messages whose base rate is kept; others count as rare.'),
  })
  .strict();

export type CorrelateConfig = z.infer<typeof CorrelateConfig>;
