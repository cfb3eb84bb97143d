import type { Plant } from './plant.ts';

const mode = 'effectively-once';

/** What stands in a partition stands there in order. */
export const sendPlants: readonly Plant[] = [
  {
    name: 'resend-after-newer',
    what: 'what a send left out is sent later, behind newer data (H3)',
    mode,
    patches: [
      {
        file: 'pipeline/broker/kafka/acknowledged-send.ts',
        find: 'const maxAttempts = 5;',
        replace: 'const maxAttempts = 1;',
      },
      {
        file: 'pipeline/broker/kafka/acknowledged-send.ts',
        find: 'if (lost !== undefined) throw new',
        replace:
          '  for (const parcel of parcels.filter(isMissing))\n    setTimeout(() => void send([messagesOf(parcel)]).catch(() => undefined), 3_000);\n  if (Math.abs(0) > 0 && lost !== undefined) throw new',
      },
    ],
  },
  {
    name: 'answer-not-compared',
    what: 'a partition that the answer does not name counts as sent (H3)',
    mode,
    patches: [
      {
        file: 'pipeline/broker/kafka/acknowledged-send.ts',
        find: 'const maxAttempts = 5;',
        replace: 'const maxAttempts = 1;',
      },
      {
        file: 'pipeline/broker/kafka/acknowledged-send.ts',
        find: 'if (lost !== undefined) throw new',
        replace: 'if (Math.abs(0) > 0 && lost !== undefined) throw new',
      },
    ],
  },
];
