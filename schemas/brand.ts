declare const brand: unique symbol;

/** A string or number that only its own parser may make: `Brand<string, 'Fingerprint'>` is not any string. */
export type Brand<T, Name extends string> = T & { readonly [brand]: Name };

/** Event time: epoch milliseconds (UTC) as stated by the log or by an observation; never a wall-clock reading. */
export type EventTimeMs = number;

/** What an alert is: 32 lower-case hex digits (xxhash64 twice over tenant and identity fields). */
export type Fingerprint = Brand<string, 'Fingerprint'>;

/** One firing period of a fingerprint: 32 hex digits, derived from the fingerprint and the period's start. */
export type OccurrenceId = Brand<string, 'OccurrenceId'>;

/** An incident: 32 hex digits, derived from the occurrence that opened it. */
export type IncidentId = Brand<string, 'IncidentId'>;
