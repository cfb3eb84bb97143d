export {
  type Choice,
  type ChoiceOf,
  type ChosenRecord,
  chooseRecords,
  isMeant,
  type LetterFilter,
} from './choose.ts';
export { type FoundLetter, findLetter, type LetterPlace } from './find.ts';
export { type Handled, type HandlingOptions, handleLetters } from './handle.ts';
export { type Letter, letterOf, originalHeaders, placeText, type SourcePlace } from './letter.ts';
export { deskId, type LetterState, readLetters } from './letters.ts';
export type { Handling } from './marks.ts';
export { type LetterGroup, LetterSummary } from './summary.ts';
