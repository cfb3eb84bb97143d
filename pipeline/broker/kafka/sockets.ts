import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { ISocketFactoryArgs } from 'kafkajs';

const keepAliveMs = 60_000;

/**
 * The sockets that kafkajs opens, to see to it that they end. A consumer that breaks down during an outage and begins anew
 * forgets some of its connections: they stay open and idle, and keep the process from ending.
 */
export class Sockets {
  readonly #open = new Set<Socket>();

  /** As kafkajs' own factory, and remembers. */
  readonly factory = ({ host, port, ssl, onConnect }: ISocketFactoryArgs): Socket => {
    const socket = ssl
      ? connectTls({ host, port, ...(isIP(host) === 0 ? { servername: host } : {}), ...ssl }, onConnect)
      : connect({ host, port }, onConnect);
    socket.setKeepAlive(true, keepAliveMs);
    // Requests that wait for one connection write to it before it is there, each with a listener: no leak, and no warning.
    socket.setMaxListeners(0);
    this.#open.add(socket);
    socket.once('close', () => this.#open.delete(socket));
    return socket;
  };

  get count(): number {
    return this.#open.size;
  }

  /** For the very end, when every client has been disconnected. */
  destroyAll(): void {
    // With an error: kafkajs listens to nothing else that a socket says when it is destroyed, and would keep a timer.
    for (const socket of this.#open) socket.destroy(new Error('disconnected'));
  }
}
