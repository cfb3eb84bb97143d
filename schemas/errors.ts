import { brokerErrors } from './error-catalogue/broker.ts';
import { commandsErrors } from './error-catalogue/commands.ts';
import { configErrors } from './error-catalogue/config.ts';
import type { Entry } from './error-catalogue/entry.ts';
import { recordsErrors } from './error-catalogue/records.ts';
import { registryErrors } from './error-catalogue/registry.ts';
import { stateErrors } from './error-catalogue/state.ts';
import { warehouseErrors } from './error-catalogue/warehouse.ts';

/** The error catalogue: every code that Tocsin ever shows. A new one is an entry in the file of its area. */
export const catalogue = {
  ...recordsErrors,
  ...commandsErrors,
  ...configErrors,
  ...brokerErrors,
  ...stateErrors,
  ...warehouseErrors,
  ...registryErrors,
} as const;

export type ErrorCode = keyof typeof catalogue;

/** An error with a catalogue code; `detail` says what exactly happened here. */
export class TocsinError extends Error {
  readonly code: ErrorCode;
  readonly detail: string;

  constructor(code: ErrorCode, detail: string, options?: { readonly cause?: unknown }) {
    const entry: Entry = catalogue[code];
    super(`${entry.what}: ${detail} (expected ${entry.expected}; ${entry.todo}) [${code}]`, options);
    this.name = 'TocsinError';
    this.code = code;
    this.detail = detail;
  }

  get isRetriable(): boolean {
    return catalogue[this.code].kind === 'neighbour';
  }

  get exitCode(): number {
    const entry: Entry = catalogue[this.code];
    return entry.exitCode ?? 70;
  }
}

/** A bad record: a value, never thrown past the operator that found it. */
export interface RecordError {
  readonly code: ErrorCode;
  readonly detail: string;
}
