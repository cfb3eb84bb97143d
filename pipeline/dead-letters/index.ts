export { type Choice, type ChosenRecord, chooseRecords, type LetterFilter } from './choose.ts';
export { type Handled, type HandlingOptions, handleLetters } from './handle.ts';
export { type Letter, letterOf, originalHeaders, placeText, type SourcePlace } from './letter.ts';
export { type LetterState, readLetters } from './letters.ts';
export type { Handling } from './marks.ts';
export { type LetterGroup, LetterSummary } from './summary.ts';
