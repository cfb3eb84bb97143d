import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { Instant, NamingMatchers } from '../../operators/suppress/index.ts';
import { codecs } from '../../schemas/avro/index.ts';
import { type Control, maxControlBytes } from '../../schemas/control.ts';

/** Most characters of a matcher's value, which may list the names of many hosts, and of any other text. */
const maxValueChars = 8_000;
const maxTextChars = 1_000;
const maxMatchers = 100;

const text = z.string().max(maxTextChars);
const id = text.min(1);

const dated = {
  /** The same tenant as an alert without one, so that a silence never reaches further than its maker thought. */
  tenant: id.default('default'),
  createdBy: text.default(''),
  comment: text.default(''),
};

const Matchers = NamingMatchers.superRefine((matchers, context) => {
  const tooMuch = (path: PropertyKey[], message: string) =>
    context.addIssue({ code: 'custom', path, message });
  if (matchers.length > maxMatchers) tooMuch([], `at most ${maxMatchers} of them`);
  for (const [at, { name, value }] of matchers.entries()) {
    if (name.length > maxTextChars) tooMuch([at, 'name'], `at most ${maxTextChars} characters`);
    if (value.length > maxValueChars) tooMuch([at, 'value'], `at most ${maxValueChars} characters`);
  }
});

/** Made up when the maker does not name it; the answer says it. */
const newId = id.default(() => randomUUID());

/** What a request may say. The times are filled in by the caller, who has a clock. */
const Request = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.enum(['silence', 'maintenance']),
    id: newId,
    ...dated,
    matchers: Matchers,
    startsAt: Instant.optional(),
    endsAt: Instant,
  }),
  z.strictObject({
    kind: z.literal('acknowledgement'),
    id: newId,
    ...dated,
    incidentId: id,
    generation: z.int().min(1),
  }),
  z.strictObject({ kind: z.literal('withdrawal'), id, ...dated }),
]);

export type ParsedControl = { readonly control: Control } | { readonly problem: string };

/** Reads a control from JSON; the problem names each field that is wrong, in a line of its own. `now` in ms. */
export function parseControl(body: Uint8Array, now: number): ParsedControl {
  const document = readJson(body);
  if (document === undefined) return { problem: 'the body is not one JSON document in UTF-8' };
  const parsed = Request.safeParse(document);
  if (!parsed.success) return { problem: parsed.error.issues.map(lineOf).join('\n') };
  const asked = parsed.data;
  if (!('matchers' in asked)) return { control: asked };
  const control = { ...asked, startsAt: asked.startsAt ?? now };
  if (control.endsAt <= control.startsAt) return { problem: 'endsAt: it must lie after startsAt' };
  if (control.endsAt <= now) return { problem: 'endsAt: it is past' };
  // Nothing else can be as long as that.
  const bytes = codecs.control.encodeFramed(0, control).length;
  if (bytes > maxControlBytes)
    return { problem: `matchers: with them the control has ${bytes} bytes, more than ${maxControlBytes}` };
  return { control };
}

function readJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    return undefined;
  }
}

function lineOf({ code, path, message }: z.core.$ZodIssue): string {
  const field = path.join('.');
  // What the checks of our own say (`custom`) is more than what we wish for.
  const wish = code === 'custom' ? undefined : wishes[field];
  return field === '' ? message : `${field}: ${wish ?? message}`;
}

const time = 'use ISO 8601 with an offset, or epoch milliseconds';

const wishes: Readonly<Record<string, string>> = {
  kind: 'use silence, maintenance, acknowledgement or withdrawal',
  matchers: `use Alertmanager's syntax, for example service="db"`,
  startsAt: time,
  endsAt: time,
};
