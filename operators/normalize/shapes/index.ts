import type { Shape } from '../reading.ts';
import { alertmanagerApi } from './alertmanager-api.ts';
import { alertmanagerWebhook } from './alertmanager-webhook.ts';
import { cloudEvent } from './cloud-event.ts';
import { rawAlert } from './raw-alert.ts';

export { hasKnownVersion, inEnvelope, refuseVersion } from './cloud-event.ts';

/** In the order in which they are asked: those with an unmistakable key first, our own, open one last. */
export const shapes: readonly Shape[] = [cloudEvent, alertmanagerWebhook, alertmanagerApi, rawAlert];
