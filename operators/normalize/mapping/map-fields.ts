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

export function mapHead(mapping: CompiledMapping, subject: Subject): HeadDraft {
  const { fields } = subject;
  const { tenant, source, name, severity, generatorUrl } = mapping.head;
  const annotations = fields.annotations(
    'annotations',
    yieldsOf(mapping.annotations, subject, 'annotations'),
  );
  return {
    tenant: fields.tenant('tenant', yieldOf(tenant, subject, 'tenant')),
    source: fields.text('source', yieldOf(source, subject, 'source')),
    name: fields.name('name', yieldOf(name, subject, 'name')),
    severity: fields.severity('severity', yieldOf(severity, subject, 'severity'), annotations),
    labels: fields.labels('labels', yieldsOf(mapping.labels, subject, 'labels')),
    annotations,
    generatorUrl: fields.text('generatorUrl', yieldOf(generatorUrl, subject, 'generatorUrl')),
    ending: mapping.config.ending,
  };
}

/** On the hot path: under tsx a named closure in here would cost more than the expressions. */
export function mapTail({ tail }: CompiledMapping, subject: Subject): Tail {
  const { fields } = subject;
  return {
    status: fields.status('status', yieldOf(tail.status, subject, 'status')),
    observedAt: fields.time('observedAt', yieldOf(tail.observedAt, subject, 'observedAt')),
    startsAt: fields.time('startsAt', yieldOf(tail.startsAt, subject, 'startsAt')),
    endsAt: fields.time('endsAt', yieldOf(tail.endsAt, subject, 'endsAt'), true),
    value: fields.number('value', yieldOf(tail.value, subject, 'value')),
    id: fields.text('id', yieldOf(tail.id, subject, 'id')),
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
