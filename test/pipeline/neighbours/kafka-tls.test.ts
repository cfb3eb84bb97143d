// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references of the configuration look like templates
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer, type Server, type TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { loadConfig } from '../../../pipeline/config/index.ts';
import { openBroker } from '../../../pipeline/neighbours/index.ts';
import { SystemClock } from '../../../pipeline/time/index.ts';
import { certificateFor, certificateMissing } from '../../support/certificate.ts';

/** A server that speaks TLS and no Kafka: it shows who comes as far as that. */
describe.skipIf(certificateMissing !== null)(`TLS to a Kafka ${certificateMissing ?? ''}`, () => {
  let server: Server;
  let pem: { readonly ca: string; readonly key: string };
  let port = 0;
  beforeAll(async () => {
    pem = certificateFor('kafka.test');
    server = createServer({ cert: pem.ca, key: pem.key, requestCert: true, rejectUnauthorized: false });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    port = (server.address() as AddressInfo).port;
  });
  afterAll(() => void server.close());

  /** A broker as the configuration of these TLS keys opens it, asking for the cluster. */
  async function asking(tls: string): Promise<{ readonly answer: Promise<string> }> {
    const text = `broker: { kind: kafka, brokers: "127.0.0.1:${port}", tls: { ${tls} } }\n`;
    const files: Record<string, string> = { 'ca.pem': pem.ca, 'key.pem': pem.key };
    const config = loadConfig({ text, env: {}, readFile: (path) => files[path] ?? '' });
    const broker = await openBroker(config.broker, { clock: new SystemClock() });
    onTestFinished(() => broker.close());
    const answer = broker.admin.clusterId();
    // It never comes: whoever waits for it hears why.
    answer.catch(() => undefined);
    return { answer };
  }

  test('trusts the authority of the configuration, names the host, and shows its own certificate', async () => {
    const connected = once(server, 'secureConnection');
    await asking(
      'ca: "${file:ca.pem}", cert: "${file:ca.pem}", key: "${file:key.pem}", serverName: kafka.test',
    );
    const [socket] = (await connected) as [TLSSocket & { readonly servername: string }];
    expect(socket.servername).toBe('kafka.test');
    expect(socket.getPeerCertificate().subject.CN).toBe('kafka.test');
    socket.destroy();
  });

  test.each([
    ['of another name', 'ca: "${file:ca.pem}", serverName: elsewhere.test', /altnames/],
    ['of an authority that nobody named', 'serverName: kafka.test', /self.signed certificate/],
  ])('does not talk to a server with the certificate %s', async (_name, tls, why) => {
    const { answer } = await asking(tls);
    await expect(answer).rejects.toMatchObject({
      code: 'broker.unavailable',
      detail: expect.stringMatching(why),
    });
  });
});
