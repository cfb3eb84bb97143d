import type { TopicSettings } from './broker.ts';

type Configured = Pick<TopicSettings, 'timestamps' | 'cleanup' | 'retentionMs'>;

/** Settings of a topic as Kafka's configs. */
export function configsOf({ timestamps, cleanup, retentionMs }: Configured): Record<string, string> {
  return {
    'message.timestamp.type': timestamps,
    'cleanup.policy': cleanup,
    'retention.ms': String(retentionMs),
  };
}

/** The settings with those of the configs that are settings; a value that means nothing changes nothing. */
export function settingsWith(
  settings: TopicSettings,
  configs: Readonly<Record<string, string>>,
): TopicSettings {
  const { 'message.timestamp.type': timestamps, 'cleanup.policy': cleanup, 'retention.ms': kept } = configs;
  const retentionMs = kept === '-1' ? Number.POSITIVE_INFINITY : Number(kept ?? Number.NaN);
  return {
    ...settings,
    timestamps: timestampTypes.find((each) => each === timestamps) ?? settings.timestamps,
    cleanup: cleanupPolicies.find((each) => each === cleanup) ?? settings.cleanup,
    retentionMs: Number.isNaN(retentionMs) ? settings.retentionMs : retentionMs,
  };
}

const timestampTypes = ['CreateTime', 'LogAppendTime'] as const;
const cleanupPolicies = ['delete', 'compact', 'compact,delete'] as const;
