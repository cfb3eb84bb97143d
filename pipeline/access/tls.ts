import { z } from 'zod';
import { secret } from './secret.ts';

/** The name of a file instead of its text is the usual slip, and TLS libraries say something obscure about it. */
const pemText = z.string().refine(
  (text) => text.includes('-----BEGIN '),
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a reference of the configuration
  'use the PEM text itself, or ${file:path} for a file that holds it',
);

const shape = {
  ca: pemText
    .exactOptional()
    .describe('Certificate authorities to trust, as PEM text; without it those of the system.'),
  cert: pemText.exactOptional().describe('Certificate of this worker, as PEM text.'),
  key: secret(pemText).exactOptional().describe('Private key of `cert`, as PEM text.'),
};

interface Pair {
  readonly cert?: unknown;
  readonly key?: unknown;
}

const isPair = ({ cert, key }: Pair): boolean => (cert === undefined) === (key === undefined);
const pairWanted = '`cert` and `key` go together';

/** TLS for what is addressed by `https:`. An empty mapping is TLS with the system's authorities. */
export const Certificates = z.strictObject(shape).refine(isPair, pairWanted);

/** TLS for what is addressed by host and port. */
export const Tls = z
  .strictObject({
    ...shape,
    serverName: z
      .string()
      .min(1)
      .exactOptional()
      .describe('Name in the certificate of the server, where it is not the host that is connected to.'),
  })
  .refine(isPair, pairWanted);
