/**
 * The closed list of decision reasons, with what each means. The same word stands in the metric label, the log, the
 * ClickHouse row and the test name; adding one is adding a line here.
 */
export const reasons = {
  unknown: 'A reader older than the writer does not know the reason.',
  // dedupe: passed
  first: 'The first sighting of an occurrence.',
  update: 'Status, severity or a watched field changed within an occurrence.',
  reminder: 'Still firing, and the last telling is at least `remindEveryMs` ago.',
  resolved: 'The source said that the alert is over.',
  'timed-out': 'The source went silent; a timeout source means by that that the alert is over.',
  late: 'Arrived more than `latenessMs` after its own time: passed at once, outside its occurrence.',
  merged: 'An occurrence that was told turned out to belong to another one.',
  final: 'Nothing more can come: the final summary of an occurrence.',
  summary: 'The digest of a held or stormed group.',
  flapping: 'Changes state too often to be told each time.',
  released: 'Was held back and is told now.',
  // dedupe: folded
  repeat: 'A repeat of what is already known; only counts, means and last times change.',
  'repeated-resolve': 'The occurrence was already resolved.',
  'resolve-without-firing': 'A resolve whose firing was never seen.',
  'stale-partial': 'Its cell was already closed when it reached RELATE; counted, told nobody.',
  // normalize: dead letters
  undecodable: 'The record could not be decoded.',
  invalid: 'The record was decoded but is not an alert.',
  'too-large': 'The record or one of its parts exceeds a limit.',
  'unknown-schema': 'The record names a schema that the registry does not know.',
  // suppress
  silenced: 'A silence matches.',
  inhibited: 'A more important alert explains this one.',
  maintenance: 'Its service is under maintenance.',
  storm: 'Part of a storm: the storm is told, its parts are not.',
  'dropped-by-rule': 'A configured rule drops it at the door.',
  'no-policy': 'No policy suppresses it.',
  // correlate
  opened: 'Opened a new incident.',
  joined: 'Joined an open incident.',
  reopened: 'Reopened a resolved incident as a new generation.',
  'incident-resolved': 'The last firing member ended.',
  'incident-acknowledged': 'Somebody acknowledged it.',
  'member-cap': 'The incident is full; a new one was opened.',
  'age-cap': 'The incident is too old to take new members.',
  // suppress life cycle
  'storm-began': 'New occurrences of a domain exceeded the storm threshold.',
  'storm-ended': 'The storm is over.',
  'unusable-control':
    'A silence or maintenance without effect: no matcher needs a value, or a pattern is refused.',
} as const;

export type Reason = keyof typeof reasons;

export const reasonNames = Object.keys(reasons) as readonly Reason[];
