import { topics } from '../../../../schemas/topics.ts';
import type { Run } from '../../command.ts';
import { handleOrTell } from './handling.ts';

const words = { would: 'send', did: 'sent', what: ` to ${topics.raw.name}` };

export const run: Run = (invocation, io) => {
  const state = invocation.options['dropped'] === true ? 'dropped' : 'open';
  return handleOrTell({ handling: 'retried', state }, words, { invocation, io });
};
