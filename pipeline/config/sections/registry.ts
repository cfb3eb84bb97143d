import { z } from 'zod';
import { Certificates, httpsWanted, isTlsUsed, secret, WebAddress } from '../../access/index.ts';
import { spanMs } from './numbers.ts';

const Embedded = z.strictObject({
  kind: z
    .literal('embedded')
    .default('embedded')
    .describe('Where Avro schemas are kept. embedded: in this process; nobody else can read what it writes.'),
});

const Confluent = z
  .strictObject({
    kind: z
      .literal('confluent')
      .describe('Where Avro schemas are kept. confluent: in a registry with Confluent’s API.'),
    url: WebAddress.describe('Base address of the API, with its path.'),
    username: z.string().min(1).exactOptional(),
    password: secret().exactOptional(),
    tls: Certificates.exactOptional(),
    timeoutMs: spanMs(5_000, 'How long one request may take; it is tried three times.'),
    autoRegister: z
      .boolean()
      .default(false)
      .describe('Whether a worker registers schemas that are missing; else run `tocsin schemas register`.'),
  })
  .refine(isTlsUsed, httpsWanted)
  .refine(({ username, password }) => (username === undefined) === (password === undefined), {
    message: '`username` and `password` go together',
  });

export const RegistryConfig = z.discriminatedUnion('kind', [Embedded, Confluent]);
export type RegistryConfig = z.output<typeof RegistryConfig>;
