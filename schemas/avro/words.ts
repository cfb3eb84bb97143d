import { emitReasons, endings, severities, statuses, suppressionKinds } from '../alert.ts';
import type { Control, Matcher } from '../control.ts';
import { outcomes } from '../decision.ts';
import { incidentStates, incidentTypes } from '../incident.ts';
import { reasonNames } from '../reasons.ts';
import type { EnumSchema } from './notation.ts';

/**
 * A closed list of words as an Avro enum. Avro symbols are identifiers, so `timed-out` is TIMED_OUT on the wire; the
 * symbols are derived from our lists and cannot drift from them.
 */
export interface WordList {
  readonly schema: EnumSchema;
  /** Word by symbol. UNKNOWN has none where the list has no word `unknown`: then a reader must refuse it. */
  readonly wordOf: ReadonlyMap<string, string>;
}

export const unknownSymbol = 'UNKNOWN';

export const symbolOf = (word: string): string => word.toUpperCase().replaceAll('-', '_');

function wordList(name: string, doc: string, words: readonly string[]): WordList {
  return symbolList(name, doc, new Map(words.map((word) => [symbolOf(word), word])));
}

/** UNKNOWN comes first and is the default: what a reader sees that is older than the writer. */
function symbolList(name: string, doc: string, wordOf: ReadonlyMap<string, string>): WordList {
  const symbols = [unknownSymbol, ...[...wordOf.keys()].filter((symbol) => symbol !== unknownSymbol)];
  return { schema: { type: 'enum', name, doc, symbols, default: unknownSymbol }, wordOf };
}

const matcherOps = {
  '=': 'EQUAL',
  '!=': 'NOT_EQUAL',
  '=~': 'MATCHES',
  '!~': 'NOT_MATCHES',
} as const satisfies Record<Matcher['op'], string>;

const controlKinds = {
  silence: 'SILENCE',
  maintenance: 'MAINTENANCE',
  acknowledgement: 'ACKNOWLEDGEMENT',
  withdrawal: 'WITHDRAWAL',
} as const satisfies Record<Control['kind'], string>;

const swapped = (symbols: Readonly<Record<string, string>>): Map<string, string> =>
  new Map(Object.entries(symbols).map(([word, symbol]) => [symbol, word]));

export const wordLists = {
  severity: wordList('Severity', 'How bad it is; the order is a rank.', severities),
  status: wordList('Status', 'Whether the alert fires or is over.', statuses),
  ending: wordList('Ending', 'How a source says that an alert is over.', endings),
  emitReason: wordList('EmitReason', 'Why this output was sent.', emitReasons),
  suppressionKind: wordList('SuppressionKind', 'What kept it quiet.', suppressionKinds),
  incidentState: wordList('IncidentState', 'Where the incident stands.', incidentStates),
  incidentType: wordList('IncidentType', 'Why alerts were taken together.', incidentTypes),
  outcome: wordList('Outcome', 'What became of the alerts.', outcomes),
  reason: wordList('Reason', 'Why, from the closed list of reasons.', reasonNames),
  matcherOp: symbolList('MatcherOp', 'How a label is compared.', swapped(matcherOps)),
  controlKind: symbolList('ControlKind', 'What the control does.', swapped(controlKinds)),
} as const satisfies Record<string, WordList>;

/** The word list behind an enum of ours, by the enum's unqualified name. */
export const wordListOf: ReadonlyMap<string, WordList> = new Map(
  Object.values(wordLists).map((list) => [list.schema.name, list]),
);
