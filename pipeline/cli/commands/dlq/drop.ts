import type { Run } from '../../command.ts';
import { handleOrTell } from './handling.ts';

const words = {
  would: 'drop',
  did: 'dropped',
  what: 'for good: they stay on their topic and are shown with --all',
};

export const run: Run = (invocation, io) =>
  handleOrTell({ handling: 'dropped', state: 'open' }, words, { invocation, io });
