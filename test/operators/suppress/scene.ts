import type { RelateEvent, Telling } from '../../../operators/events.ts';
import { suppress } from '../../../operators/suppress/index.ts';
import type { EnrichedAlert } from '../../../schemas/alert.ts';
import type { Control, Matcher } from '../../../schemas/control.ts';
import { parseMatchers } from '../../../schemas/matcher/index.ts';
import { type Driven, drive } from '../../support/operator-host.ts';
import { occurrence, telling } from '../../support/tellings.ts';

export type Scene = Driven<RelateEvent>;

export const scene = (config: unknown = {}): Scene => drive(suppress, config);

/** Tells an occurrence at a time; a resolved or final one gets its status with its reason. */
export function tell(to: Scene, at: number, id: string, over: Partial<EnrichedAlert> = {}): void {
  const isOver = ['resolved', 'timed-out', 'final'].includes(over.emitReason ?? '');
  const status = isOver ? 'resolved' : 'firing';
  const isFinal = over.emitReason === 'final';
  to.send(telling({ occurrence: occurrence(id), status, isFinal, lastSeen: at, ...over }, at), at);
}

export function matchersOf(text: string): readonly Matcher[] {
  const parsed = parseMatchers(text);
  if (!parsed.ok) throw new Error(parsed.problem);
  return parsed.matchers;
}

type Window = { readonly from: number; readonly to: number; readonly matchers: string };

export function silence(id: string, { from, to, matchers }: Window, over: Partial<Control> = {}): Control {
  const dated = { id, tenant: 'default', createdBy: 'ann', comment: '' };
  return {
    kind: 'silence',
    ...dated,
    matchers: matchersOf(matchers),
    startsAt: from,
    endsAt: to,
    ...over,
  } as Control; // `over` may change the kind; the other fields fit both kinds with matchers.
}

export const withdrawal = (id: string, tenant = 'default'): Control => ({
  kind: 'withdrawal',
  id,
  tenant,
  createdBy: 'ann',
  comment: '',
});

export function control(to: Scene, at: number, what: Control, index = 1): void {
  to.send({ kind: 'control', index, control: what }, at);
}

export const tellingsOf = (of: Scene): readonly Telling[] =>
  of.events.filter((event) => event.kind === 'telling');

/** `occurrence reason` of each telling, with what keeps it quiet. */
export const verdicts = (of: Scene): readonly string[] =>
  tellingsOf(of).map(({ alert }) => {
    const { suppression } = alert;
    return `${alert.occurrence} ${alert.emitReason}${suppression === null ? '' : ` (${suppression.kind} ${suppression.rule})`}`;
  });
