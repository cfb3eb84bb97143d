import { z } from 'zod';
import { severities } from '../../schemas/alert.ts';
import { checkMatcher, matchesNothingNamed, parseMatchers } from '../../schemas/matcher/index.ts';
import { span } from '../span.ts';
import { isTimeZone } from './recurring-window.ts';

const MatcherObject = z
  .object({ name: z.string(), op: z.enum(['=', '!=', '=~', '!~']), value: z.string() })
  .strict();

/** Text in Alertmanager's syntax, or a list of such texts; matchers that are read already pass, so parsing twice is safe. */
const Matchers = z
  .union([z.string(), z.array(z.union([z.string(), MatcherObject]))])
  .transform((given, context) => {
    const matchers: z.infer<typeof MatcherObject>[] = [];
    for (const part of typeof given === 'string' ? [given] : given) {
      const problem = typeof part === 'string' ? null : checkMatcher(part);
      const parsed = typeof part === 'string' ? parseMatchers(part) : { ok: true as const, matchers: [part] };
      if (parsed.ok && problem === null) matchers.push(...parsed.matchers);
      else context.addIssue({ code: 'custom', message: problem ?? (parsed.ok ? '' : parsed.problem) });
    }
    return matchers;
  });

export const NamingMatchers = Matchers.refine((matchers) => !matchesNothingNamed(matchers), {
  message: 'matches every alert: at least one matcher must need a value, for example alertname=~".+"',
}).describe('Alertmanager matchers, for example `{service="api", severity!="critical"}`; all must match.');

/** ISO 8601 with an offset, or epoch milliseconds. */
export const Instant = z
  .union([z.number().int(), z.iso.datetime({ offset: true })])
  .transform((given) => (typeof given === 'number' ? given : Date.parse(given)));

const policy = {
  id: z.string().min(1).describe('Names it in verdicts and decisions.'),
  tenant: z.string().min(1).default('*').describe('Tenant it applies to; `*` is every tenant.'),
  matchers: NamingMatchers,
  comment: z.string().default('').describe('Why, for people.'),
  location: z.string().default('').describe('`file:line`, filled in when the config is loaded.'),
};

const Silence = z
  .object({
    ...policy,
    startsAt: Instant.default(0).describe(
      'ISO 8601 with offset, or epoch milliseconds; from the beginning when absent.',
    ),
    endsAt: Instant.describe('ISO 8601 with offset, or epoch milliseconds; exclusive.'),
  })
  .strict()
  .refine(({ startsAt, endsAt }) => startsAt < endsAt, {
    message: 'endsAt must be after startsAt',
    path: ['endsAt'],
  });

export const weekdays = [
  'sunday',
  'monday',
  'tuesday',
  'wednesday',
  'thursday',
  'friday',
  'saturday',
] as const;

const clockTime = /^(?:[01]\d|2[0-3]):[0-5]\d$|^24:00$/;

const MaintenanceWindow = z
  .object({
    ...policy,
    weekdays: z
      .array(z.enum(weekdays))
      .min(1)
      .default([...weekdays])
      .describe('Days on which it begins.'),
    from: z.string().regex(clockTime, 'write HH:MM').describe('Local time it begins, HH:MM.'),
    to: z
      .string()
      .regex(clockTime, 'write HH:MM')
      .describe('Local time it ends, HH:MM, exclusive; not after `from` means the next day.'),
    timeZone: z
      .string()
      .default('UTC')
      .refine(isTimeZone, 'not an IANA time zone such as Europe/Vienna')
      .describe('IANA time zone of `from`, `to` and `weekdays`.'),
  })
  .strict();

const InhibitRule = z
  .object({
    name: z.string().min(1).describe('Names it in verdicts and decisions.'),
    tenant: policy.tenant,
    sourceMatchers: NamingMatchers.describe('The alerts that mute while they fire.'),
    targetMatchers: NamingMatchers.describe('The alerts that are muted.'),
    equal: z
      .array(z.string().min(1))
      .default([])
      .describe('Labels or fields whose values must be equal; one that both lack is equal.'),
    location: policy.location,
  })
  .strict();

const Storm = z
  .object({
    isOn: z.boolean().default(true).describe('Whether storm mode may begin at all.'),
    threshold: z
      .number()
      .int()
      .min(1)
      .default(100)
      .describe('More new occurrences of a tenant within `windowMs` than this begin a storm.'),
    windowMs: span().min(1_000).max(3_600_000).default(60_000).describe('Sliding window of the count.'),
    calmMs: span()
      .min(0)
      .default(300_000)
      .describe('A storm ends when the count has been below half the threshold for this long.'),
    alwaysTell: z
      .enum(severities)
      .default('critical')
      .describe('Alerts of this severity or a worse one are told in a storm too.'),
    keepPerName: z
      .number()
      .int()
      .min(0)
      .default(1)
      .describe('New occurrences told per storm of each (source, name), so that nothing rare is lost.'),
    maxNames: z
      .number()
      .int()
      .min(1)
      .default(10_000)
      .describe('Most names remembered per storm; what is beyond them is told.'),
    location: policy.location,
  })
  .strict();

/** Config of suppress. Only what stands here, or came as a control record, ever keeps an alert from being told. */
export const SuppressConfig = z
  .object({
    silences: uniquely('id', Silence).default([]).describe('Silences kept in the config.'),
    maintenance: uniquely('id', MaintenanceWindow).default([]).describe('Recurring maintenance windows.'),
    inhibitRules: uniquely('name', InhibitRule)
      .default([])
      .describe('Alerts that mute others while they fire.'),
    storm: Storm.prefault({}).describe('What happens when a tenant has too many new occurrences to tell.'),
    releaseAfterMs: span()
      .min(0)
      .default(60_000)
      .describe('How long after the end of an inhibition a muted alert must still fire to be told.'),
    forgetMs: span()
      .min(60_000)
      .default(172_800_000)
      .describe(
        'Longest time an occurrence is remembered when its end never comes; 48 h, well above its own cap of 24 h.',
      ),
  })
  .strict();

export type SuppressConfig = z.infer<typeof SuppressConfig>;

function uniquely<Item extends z.ZodType<Record<Key, string>>, Key extends string>(key: Key, item: Item) {
  return z.array(item).superRefine((items, context) => {
    const seen = new Set<string>();
    items.forEach((one, index) => {
      const value = one[key];
      if (seen.has(value)) {
        context.addIssue({
          code: 'custom',
          path: [index, key],
          message: `${JSON.stringify(value)} is taken`,
        });
      }
      seen.add(value);
    });
  });
}
