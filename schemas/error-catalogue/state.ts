import type { Entries } from './entry.ts';

/** Checkpoints and who may write them. */
export const stateErrors = {
  'state.fenced': {
    kind: 'neighbour',
    what: 'another owner has taken this shard',
    expected: 'one owner per shard',
    todo: 'nothing: the shard is acquired again if it is still assigned here',
    exitCode: 70,
  },
  'state.gap': {
    kind: 'neighbour',
    what: 'the stored checkpoint is not the one this state is based on',
    expected: 'an unbroken chain of checkpoints',
    todo: 'nothing: the shard throws its memory away and restores',
    exitCode: 70,
  },
  'state.other-log': {
    kind: 'promise',
    what: 'the stored state was computed from the log of another Kafka cluster',
    expected: 'one cluster per `state.prefix`: the same offsets mean other records in another one',
    todo: 'correct `broker.brokers` or `state.prefix`; to give the state up, start one worker with --accept-state-reset',
    exitCode: 78,
  },
  'state.other-topic': {
    kind: 'promise',
    what: 'a topic was deleted and made anew since the state was stored',
    expected:
      'the topic that the state was computed from: the same offsets mean other records in another one',
    todo: 'stop all workers, make the named topics anew too, and start one worker with --accept-state-reset',
    exitCode: 78,
  },
  'state.other-partitions': {
    kind: 'promise',
    what: 'the topics have other partitions than those that the stored state was written for',
    expected: 'as many of alerts.reduced.v1 and the outputs as before, and no fewer of alerts.raw.v1',
    todo: 'put the topics back; or stop all workers in order, and start one with --accept-state-reset',
    exitCode: 78,
  },
  'state.beyond-log': {
    kind: 'promise',
    what: 'the stored state is ahead of its log',
    expected: 'a log that holds everything the state was computed from',
    todo: 'look for an unclean leader election or a topic that was made anew; restore the topic, or give the state up: start one worker with --accept-state-reset',
    exitCode: 78,
  },
  'state.beyond-commit': {
    kind: 'promise',
    what: 'the stored state is ahead of what its group has committed',
    expected: 'with exactly-once, offsets that nobody but Tocsin commits',
    todo: 'after a reset of the group or a change of `delivery`, run once with the delivery of before and stop it in order',
    exitCode: 78,
  },
  'state.unavailable': {
    kind: 'neighbour',
    what: 'the state store does not answer',
    expected: 'a reachable Redis that accepts writes',
    todo: 'check addresses, network and memory; checkpoints wait, nothing is lost',
    exitCode: 69,
  },
  'state.refused': {
    kind: 'promise',
    what: 'the state store refuses this worker',
    expected: 'a user with the right password and the permissions its scripts need',
    todo: 'correct user and password, or the ACL',
    exitCode: 78,
  },
  'state.evicts': {
    kind: 'promise',
    what: 'the state store may throw rows away when its memory is full',
    expected: 'maxmemory-policy noeviction',
    todo: 'set it, and give the server enough memory',
    exitCode: 78,
  },
  'state.damaged': {
    kind: 'promise',
    what: 'something was taken out of the state store, or changed in it',
    expected: 'keys that only Tocsin writes and deletes',
    todo: 'find out who did it; then stop all workers and start one with --accept-state-reset: what is damaged is rebuilt from its log',
    exitCode: 78,
  },
  'state.foreign-key': {
    kind: 'promise',
    what: 'a key of the state store holds something that is not ours',
    expected: 'hashes under `state.prefix`, which only Tocsin writes',
    todo: 'find out who wrote it; then delete it, or choose another `state.prefix`',
    exitCode: 78,
  },
  'state.newer': {
    kind: 'promise',
    what: 'the stored state was written by a newer version',
    expected: 'state that this version knows how to read',
    todo: 'run the version that wrote it, or a newer one',
    exitCode: 78,
  },
} as const satisfies Entries;
