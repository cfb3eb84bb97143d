import { type Severity, severities } from '../../schemas/alert.ts';

/**
 * What common sources call their severities, in lower case. Digits are left out on purpose: 1 is the worst for PagerDuty
 * and the mildest for Zabbix, so a source that counts needs a line in `normalize.severityMap`.
 */
const defaultWords: Readonly<Record<Severity, readonly string[]>> = {
  unknown: ['unknown'],
  info: ['info', 'informational', 'information', 'notice', 'debug', 'ok', 'none'],
  low: ['low', 'minor', 'p4', 'sev4'],
  medium: ['medium', 'moderate', 'warning', 'warn', 'average', 'p3', 'sev3'],
  high: ['high', 'major', 'error', 'err', 'p2', 'sev2'],
  critical: ['critical', 'crit', 'fatal', 'emergency', 'emerg', 'alert', 'page', 'disaster', 'p1', 'sev1'],
};

export type SeverityMap = ReadonlyMap<string, Severity>;

/** The default words, with those of the config over them. */
export function severityMapOf(configured: Readonly<Record<string, Severity>>): SeverityMap {
  const map = new Map<string, Severity>();
  for (const severity of severities) {
    for (const word of defaultWords[severity]) map.set(word, severity);
  }
  for (const [word, severity] of Object.entries(configured)) map.set(fold(word), severity);
  return map;
}

/** undefined when no word of the map fits; letter case and outer spaces do not count. */
export function severityOf(map: SeverityMap, text: string): Severity | undefined {
  return map.get(text) ?? map.get(fold(text));
}

const fold = (word: string): string => word.trim().toLowerCase();
