import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Why no certificate can be made here, or null when one can. */
export const certificateMissing =
  spawnSync('openssl', ['version']).status === 0 ? null : 'openssl makes its certificate';

/** A certificate for a host name that vouches for itself, as PEM texts. */
export function certificateFor(name: string): { readonly ca: string; readonly key: string } {
  const folder = mkdtempSync(join(tmpdir(), 'tocsin-tls-'));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const subject = ['-subj', `/CN=${name}`, '-addext', `subjectAltName=DNS:${name}`];
  const how = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  execFileSync('openssl', ['req', ...how, ...subject, '-keyout', key, '-out', cert], { stdio: 'ignore' });
  const pem = { ca: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') };
  rmSync(folder, { recursive: true, force: true });
  return pem;
}
