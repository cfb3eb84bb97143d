import type { Fingerprint } from '../../schemas/brand.ts';
import type { RelateEvent } from '../events.ts';
import type { Step } from '../operator.ts';
import type { SuppressConfig } from './config.ts';
import type { Derived } from './policies.ts';
import type { tables } from './rows.ts';

/** For decisions that speak of no alert. */
// An empty fingerprint is none: no parser yields it.
export const noFingerprint = '' as Fingerprint;

export type SuppressStep = Step<SuppressConfig, typeof tables, Derived, RelateEvent>;
