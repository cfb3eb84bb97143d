import type { Tail } from '../../../schemas/alert.ts';
import type { Fields } from '../fields.ts';
import type { HeadDraft } from '../head-cache.ts';
import type { CompiledMapping, NamedExpressions } from './compile-mapping.ts';
import { type Expression, problemOf, type Variables } from './expression.ts';

/** The variables of one alert, and the reader that takes what the expressions yield. */
export interface Subject {
  readonly fields: Fields;
  readonly variables: Variables;
}

export function mapHead({ config, head, ...mapping }: CompiledMapping, subject: Subject): HeadDraft {
  const { fields } = subject;
  const value = (name: keyof typeof head): unknown => yieldOf(head[name], subject, `${config.name}: ${name}`);
  const annotations = fields.annotations(
    `${config.name}: annotations`,
    yieldsOf(mapping.annotations, subject, `${config.name}: annotations`),
  );
  return {
    tenant: fields.tenant(`${config.name}: tenant`, value('tenant')),
    source: fields.text(`${config.name}: source`, value('source')),
    name: fields.name(`${config.name}: name`, value('name')),
    severity: fields.severity(`${config.name}: severity`, value('severity'), annotations),
    labels: fields.labels(
      `${config.name}: labels`,
      yieldsOf(mapping.labels, subject, `${config.name}: labels`),
    ),
    annotations,
    generatorUrl: fields.text(`${config.name}: generatorUrl`, value('generatorUrl')),
    ending: config.ending,
  };
}

export function mapTail({ config, tail }: CompiledMapping, subject: Subject): Tail {
  const { fields } = subject;
  const value = (name: keyof typeof tail): unknown => yieldOf(tail[name], subject, `${config.name}: ${name}`);
  return {
    status: fields.status(`${config.name}: status`, value('status')),
    observedAt: fields.time(`${config.name}: observedAt`, value('observedAt')),
    startsAt: fields.time(`${config.name}: startsAt`, value('startsAt')),
    endsAt: fields.time(`${config.name}: endsAt`, value('endsAt'), true),
    value: fields.number(`${config.name}: value`, value('value')),
    id: fields.text(`${config.name}: id`, value('id')),
  };
}

/** undefined for what is not mapped, absent or failed; a failure is noted. */
function yieldOf(expression: Expression | null, { fields, variables }: Subject, path: string): unknown {
  if (expression === null) return undefined;
  try {
    return expression.evaluate(variables);
  } catch (error) {
    fields.fail('record.mapping-failed', `${path}: ${problemOf(error)}`);
    return undefined;
  }
}

/** Without a prototype: a label may be called `__proto__`. */
function yieldsOf(expressions: NamedExpressions, subject: Subject, path: string): Record<string, unknown> {
  const values: Record<string, unknown> = Object.create(null);
  for (const [name, expression] of expressions) {
    values[name] = yieldOf(expression, subject, `${path}.${name}`);
  }
  return values;
}

/** Whether a mapping wants what the variables show; one whose condition fails does not. */
export function isWanted(when: Expression | null, variables: Variables): boolean {
  if (when === null) return true;
  try {
    return when.evaluate(variables) === true;
  } catch {
    return false;
  }
}
