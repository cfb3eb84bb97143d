import type { Random } from '../../../pipeline/demo/random.ts';
import type { Control } from '../../../schemas/control.ts';
import { dawn, minute, second } from '../../support/virtual-world.ts';

/** A record on its way into the raw topic. */
export interface RawArrival {
  readonly at: number;
  readonly partition: number;
  readonly value: Uint8Array;
  /** Alerts in it; a record that cannot be read is one. */
  readonly alerts: number;
}

export interface ControlArrival {
  readonly at: number;
  readonly control: Control;
}

export interface Story {
  readonly raw: readonly RawArrival[];
  readonly controls: readonly ControlArrival[];
}

export interface StoryShape {
  readonly rawPartitions: number;
  /** Virtual time from the first alert to the last. */
  readonly lengthMs: number;
  readonly records: number;
  /** How long before a cell is over many alerts of it still come; null for whenever they come. */
  readonly edgeMs: number | null;
  readonly controls: number;
  /** How many names the controls of a tenant share. */
  readonly controlIds: number;
}

/** What one alert is, over and over. */
interface Source {
  readonly name: string;
  readonly tenant: string;
  readonly host: string;
  readonly kind: 'plain' | 'named' | 'webhook' | 'api';
  readonly severity: string;
}

const controlKinds = ['silence', 'silence', 'maintenance', 'withdrawal', 'acknowledgement'] as const;

/** Of `quickConfig`, whose cells are minutes. */
const latenessMs = 10 * second;

const tenants = ['acme', 'globex', 'initech'] as const;

/**
 * Some dozens of alerts of a handful of fingerprints: bursts and quiet minutes, repeats and changes, resolves, alerts that
 * are nearly late, late, and from the future, several in one record, and some that nobody can read.
 */
export function storyOf(random: Random, shape: StoryShape): Story {
  const sources = Array.from({ length: random.int(2, 6) }, (_, index) => sourceOf(random, index));
  const raw: RawArrival[] = [];
  let at = dawn + random.int(0, 5 * second);
  while (raw.length < shape.records && at < dawn + shape.lengthMs) {
    raw.push(
      arrivalOf(random, sources, {
        at,
        isEdgy: shape.edgeMs !== null,
        partition: random.int(0, shape.rawPartitions - 1),
      }),
    );
    at += gap(random, shape);
    if (shape.edgeMs !== null && random.chance(0.5)) at = Math.max(at, edgeNear(random, at, shape.edgeMs));
  }
  return { raw, controls: controlsOf(random, sources, shape) };
}

/** Mostly seconds, sometimes nothing at all, now and then minutes of silence. */
function gap(random: Random, { lengthMs, records }: StoryShape): number {
  const usual = lengthMs / records;
  const throwOf = random.next();
  if (throwOf < 0.35) return random.int(0, 40);
  if (throwOf < 0.96) return random.int(0, Math.round(usual * 2));
  return random.int(30 * second, 2 * minute);
}

/** Around the moment at which the next cell is over, mostly before it. */
function edgeNear(random: Random, at: number, edgeMs: number): number {
  const over = Math.ceil((at - latenessMs) / minute) * minute + latenessMs;
  return over - random.int(-50, edgeMs);
}

function sourceOf(random: Random, index: number): Source {
  return {
    name: `A${index}`,
    tenant: random.pick(tenants),
    host: `h${random.int(0, 2)}`,
    kind: random.pick(['plain', 'plain', 'named', 'webhook', 'api']),
    severity: random.pick(['critical', 'high', 'medium', 'medium', 'info']),
  };
}

function arrivalOf(
  random: Random,
  sources: readonly Source[],
  { isEdgy, ...place }: { readonly at: number; readonly isEdgy: boolean; readonly partition: number },
): RawArrival {
  const record = (value: string, alerts: number): RawArrival => ({
    ...place,
    value: Buffer.from(value),
    alerts,
  });
  if (random.chance(0.02)) return record(random.pick(['no alert', '{"name":']), 1);
  const source = sources[random.int(0, sources.length - 1)];
  if (source === undefined) return record('nothing', 1);
  const { at } = place;
  const isResolved = random.chance(0.22);
  if (source.kind === 'webhook') return record(...webhook(random, source, { at, isEdgy, isResolved }));
  if (source.kind === 'api') return record(apiAlert(random, source, { at, isEdgy, isResolved }), 1);
  return record(plain(random, source, { at, isEdgy, isResolved }), 1);
}

interface Moment {
  readonly at: number;
  /** It is rather nearly late than not. */
  readonly isEdgy: boolean;
  readonly isResolved: boolean;
}

function plain(random: Random, { kind, ...source }: Source, { at, isEdgy, isResolved }: Moment): string {
  const { name, tenant, host, severity } = source;
  return JSON.stringify({
    ...{ tenant, source: 'sim', name, labels: { host } },
    severity: random.chance(0.1) ? 'critical' : severity,
    status: isResolved ? 'resolved' : 'firing',
    ...observedAt(random, at, isEdgy),
    ...(kind === 'named' ? { startsAt: at - random.int(0, 3) * 40 * second } : {}),
    ...(isResolved && random.chance(0.5) ? { endsAt: at - random.int(0, 30 * second) } : {}),
    ...(random.chance(0.3) ? { value: random.int(0, 9) } : {}),
  });
}

/** Now, a while ago, at the edge of lateness, beyond it, or ahead of the log. */
function observedAt(random: Random, at: number, isEdgy: boolean): { readonly observedAt?: number } {
  const throwOf = random.next();
  if (throwOf < (isEdgy ? 0.25 : 0.5)) return {};
  if (throwOf < (isEdgy ? 0.3 : 0.7)) return { observedAt: at - random.int(0, 9 * second) };
  if (throwOf < 0.85) return { observedAt: edgeOfLateness(random, at) };
  if (throwOf < 0.92) return { observedAt: at - random.int(70 * second, 200 * second) };
  return { observedAt: at + random.int(0, 20 * second) };
}

/** In a cell that has just become too late to be counted, or is about to. */
function edgeOfLateness(random: Random, at: number): number {
  const end = Math.floor((at - latenessMs + 6 * second) / minute) * minute;
  return end - random.int(1, 5 * second);
}

function webhook(random: Random, source: Source, moment: Moment): [string, number] {
  const alerts = Array.from({ length: random.int(1, 3) }, (_, index) => ({
    status: moment.isResolved ? 'resolved' : 'firing',
    labels: { alertname: source.name, severity: source.severity, host: `h${index}` },
    annotations: { summary: 'it is bad' },
    startsAt: iso(moment.at - random.int(0, 4) * 20 * second),
    endsAt: moment.isResolved ? iso(moment.at) : '0001-01-01T00:00:00Z',
  }));
  const group = { version: '4', groupKey: '{}', status: 'firing', receiver: 'sim', alerts };
  return [JSON.stringify(group), alerts.length];
}

function apiAlert(random: Random, { name, host, severity }: Source, { at, isResolved }: Moment): string {
  return JSON.stringify({
    labels: { alertname: name, severity, host },
    startsAt: iso(at - random.int(0, 4) * 20 * second),
    endsAt: iso(isResolved ? at - random.int(0, 5 * second) : at + random.int(10 * second, 90 * second)),
  });
}

function controlsOf(
  random: Random,
  sources: readonly Source[],
  { lengthMs, controls: count, controlIds }: StoryShape,
): ControlArrival[] {
  const controls: ControlArrival[] = [];
  for (let index = 0; index < count; index += 1) {
    const at = dawn + random.int(0, lengthMs);
    const source = sources[random.int(0, sources.length - 1)];
    if (source === undefined) continue;
    const id = `c${random.int(0, controlIds - 1)}`;
    const named = { id, tenant: tenantOf(source), createdBy: 'ada', comment: '' };
    const matchers = [{ name: 'name', op: '=' as const, value: source.name }];
    const span = { startsAt: dawn, endsAt: at + random.int(10 * second, 3 * minute) };
    const kind = random.pick(controlKinds);
    if (kind === 'withdrawal') controls.push({ at, control: { ...named, kind } });
    else if (kind === 'acknowledgement')
      controls.push({ at, control: { ...named, kind, incidentId: 'none', generation: 1 } });
    else controls.push({ at, control: { ...named, kind, matchers, ...span } });
  }
  return controls.sort((a, b) => a.at - b.at);
}

function tenantOf({ kind, tenant }: Source): string {
  return kind === 'webhook' || kind === 'api' ? 'default' : tenant;
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
