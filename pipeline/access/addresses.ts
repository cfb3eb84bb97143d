import { z } from 'zod';

const node = /^(?:\[[0-9a-fA-F:.]+\]|[^\s:[\],]+):(\d{1,5})$/;

function isNode(text: string): boolean {
  const port = Number(node.exec(text)?.[1]);
  return port >= 1 && port <= 65_535;
}

const one = z.string().refine(isNode, 'use host:port');

const listed = (text: string): string[] => text.split(',').map((part) => part.trim());

/** `host:port` of some members of a cluster: a list, or one text joined by commas, as environment variables have it. */
export const Nodes = z.union([
  z.array(one).min(1),
  z
    .string()
    .refine((text) => listed(text).every(isNode), 'use host:port, or several joined by commas')
    .transform(listed),
]);

function webAddressOf(text: string): URL | null {
  const url = URL.canParse(text) ? new URL(text) : null;
  return url !== null && ['http:', 'https:'].includes(url.protocol) ? url : null;
}

/** `http://` or `https://`. It is shown in logs and errors, so it may not hold a password. */
export const WebAddress = z
  .string()
  .refine((text) => webAddressOf(text) !== null, 'use http://host:port or https://host:port')
  .refine(
    (text) => (webAddressOf(text)?.password ?? '') === '',
    'user and password belong into their own keys',
  );

interface Addressed {
  readonly url: string;
  readonly tls?: object | undefined;
}

/** Certificates for a plain connection are a slip that would go unnoticed. */
export const isTlsUsed = ({ url, tls }: Addressed): boolean => tls === undefined || url.startsWith('https:');
export const httpsWanted = '`tls` needs an address that begins with https:';
