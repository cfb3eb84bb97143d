import type { Acknowledgement, Control, Matcher, Silence } from '../control.ts';
import { defaulted, document, listOf, optional, record, required, time } from './notation.ts';
import { wordLists } from './words.ts';

const matcher = record<Matcher>('Matcher', 'A label comparison.', {
  name: required('string', 'The label.'),
  op: required(wordLists.matcherOp.schema, 'How it is compared.'),
  value: required('string', 'A text, or an anchored regular expression.'),
});

/** All kinds share one flat record: a new kind is a symbol and some fields with defaults, which an old reader skips. */
export interface ControlWire
  extends Pick<Silence, 'id' | 'tenant' | 'createdBy' | 'comment' | 'matchers'>,
    Pick<Acknowledgement, 'incidentId' | 'generation'> {
  readonly kind: Control['kind'];
  readonly startsAt: number | null;
  readonly endsAt: number | null;
}

export const controlRecord = record<ControlWire>(
  'Control',
  'Something a person or a system asks of the worker.',
  {
    kind: required(wordLists.controlKind.schema, 'What it does.'),
    id: required('string', 'Its id; the key of the record.'),
    tenant: required('string', 'Whose alerts it touches.'),
    createdBy: defaulted('string', '', 'Who asked.'),
    comment: defaulted('string', '', 'Why, in their words.'),
    matchers: defaulted(listOf(matcher), [], 'Silence, maintenance: the alerts it applies to.'),
    startsAt: optional(time, 'Silence, maintenance: from when.'),
    endsAt: optional(time, 'Silence, maintenance: until when.'),
    incidentId: defaulted('string', '', 'Acknowledgement: the incident.'),
    generation: defaulted('int', 0, 'Acknowledgement: its generation.'),
  },
);

export const controlSchema = document(controlRecord);

const blank = { matchers: [], startsAt: null, endsAt: null, incidentId: '', generation: 0 } as const;

export function controlToWire(control: Control): ControlWire {
  return { ...blank, ...control };
}

/** Exactly the fields of its kind; a silence without times is one of no time at all. */
export function controlFromWire(wire: ControlWire): Control {
  const { kind, id, tenant, createdBy, comment } = wire;
  const dated = { id, tenant, createdBy, comment };
  switch (kind) {
    case 'silence':
    case 'maintenance':
      return {
        kind,
        ...dated,
        matchers: wire.matchers,
        startsAt: wire.startsAt ?? 0,
        endsAt: wire.endsAt ?? 0,
      };
    case 'acknowledgement':
      return { kind, ...dated, incidentId: wire.incidentId, generation: wire.generation };
    case 'withdrawal':
      return { kind, ...dated };
  }
}
