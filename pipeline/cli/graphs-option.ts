import { TocsinError } from '../../schemas/errors.ts';
import { type GraphName, graphNames } from '../worker/index.ts';

/** @throws TocsinError `usage.invalid` for a name that is no graph */
export function graphsOf(text: string): readonly GraphName[] {
  return text.split(',').map((word) => {
    const name = graphNames.find((each) => each === word.trim());
    if (name !== undefined) return name;
    throw new TocsinError('usage.invalid', `--graphs ${word}: use some of ${graphNames.join(', ')}`);
  });
}
