export { httpsWanted, isTlsUsed, Nodes, WebAddress } from './addresses.ts';
export { isSecret, redacted, Secret, secret, secretName } from './secret.ts';
export { Certificates, Tls } from './tls.ts';
