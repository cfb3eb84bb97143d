export {
  checkMatcher,
  compileMatchers,
  fieldNames,
  listedValues,
  literalPrefix,
  type Matchable,
  matchesNothingNamed,
  type Predicate,
  readLabel,
} from './compile.ts';
export { type ParsedMatchers, parseMatchers } from './parse.ts';
export { printMatcher, printMatchers } from './print.ts';
