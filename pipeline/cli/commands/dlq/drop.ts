import type { Run } from '../../command.ts';
import { handleOrTell } from './handling.ts';

const words = { would: 'drop', did: 'dropped', what: '' };

export const run: Run = (invocation, io) =>
  handleOrTell({ handling: 'dropped', state: 'open' }, words, { invocation, io });
