import { TocsinError } from '../../schemas/errors.ts';
import { topics } from '../../schemas/topics.ts';
import type { Address } from '../api/index.ts';
import { type ReadTopic, readTopics } from '../replay/index.ts';

/**
 * `host:port` or `[v6]:port`; null for `off`, which needs another way in for alerts.
 *
 * @throws TocsinError `usage.invalid`
 */
export function addressOf(text: string, takesStdin: boolean): Address | null {
  if (text === 'off' && takesStdin) return null;
  if (text === 'off')
    throw new TocsinError('usage.invalid', '--listen off needs --stdin: nothing else could come in');
  const found = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text);
  const port = Number(found?.[3]);
  const host = found?.[1] ?? found?.[2];
  if (host === undefined || port > 65_535)
    throw new TocsinError('usage.invalid', `--listen ${text}: use host:port such as 127.0.0.1:9095, or off`);
  return { host, port };
}

/** Names of output topics, joined by commas; none for `none`. @throws TocsinError `usage.invalid` */
export function printedTopics(text: string): readonly ReadTopic[] {
  if (text === 'none') return [];
  return text.split(',').map((name) => {
    const topic = readTopics.find((each) => topics[each].name === name.trim());
    if (topic !== undefined) return topic;
    const known = readTopics.map((each) => topics[each].name).join(', ');
    throw new TocsinError('usage.invalid', `--print ${name}: use some of ${known}, or none`);
  });
}
