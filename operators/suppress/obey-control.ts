import type { Maintenance, Silence } from '../../schemas/control.ts';
import { canonical } from '../../schemas/identity.ts';
import type { ControlCopy } from '../../schemas/reduced.ts';
import { policyGroup, reconsider } from './hush.ts';
import { indexControl, unindexControl } from './policies.ts';
import { isUsable } from './policy-index.ts';
import { noFingerprint, type SuppressStep } from './step.ts';

/** Takes in a control: a record of a known tenant and id, of whatever kind, replaces the earlier one (`controlKey`). */
export function obeyControl(step: SuppressStep, { control, index }: ControlCopy): void {
  const key = canonical([control.tenant, control.id]);
  forgetControl(step, key);
  if (control.kind === 'withdrawal' || control.kind === 'acknowledgement') return;
  if (control.endsAt <= step.time.at) return;
  const location = `control.v1@${index}`;
  if (!isUsable(control.matchers)) {
    refuse(step, control, location);
    return;
  }
  const { kind, tenant, id, startsAt, endsAt, matchers } = control;
  const row = { kind, tenant, id, location, startsAt, endsAt, matchers };
  step.tables.controls.set(key, row);
  indexControl(step.derived, key, row);
  step.wakeAt(`control:${key}`, endsAt);
}

/** What it kept quiet is looked at again before the next record. */
export function forgetControl(step: SuppressStep, key: string): void {
  const row = step.tables.controls.get(key);
  if (row === undefined) return;
  step.tables.controls.delete(key);
  unindexControl(step.derived, key);
  step.wakeAt(`control:${key}`, null);
  const { kind, tenant, id, location } = row;
  reconsider(step, policyGroup(tenant, { kind, rule: id, location }), step.time.at);
}

/** Says that a silence has no effect: whoever made it must not believe that it works. */
function refuse(step: SuppressStep, control: Silence | Maintenance, location: string): void {
  step.decide({
    alertId: control.id,
    fingerprint: noFingerprint,
    occurrence: null,
    incidentId: null,
    generation: 0,
    tenant: control.tenant,
    outcome: 'noted',
    reason: 'unusable-control',
    rule: control.id,
    location,
    detail: { kind: control.kind },
    count: 0,
    inputRange: null,
    eventTime: step.time.at,
  });
}
