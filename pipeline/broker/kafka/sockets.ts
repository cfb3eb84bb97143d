import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { ISocketFactoryArgs } from 'kafkajs';
import { Frames } from './frames.ts';

const keepAliveMs = 60_000;

/** What all connections read into: it is taken out before the next one reads. */
const chunk = new Uint8Array(128 * 1_024);

/**
 * The sockets that kafkajs opens, to see to it that they end. A consumer that breaks down during an outage and begins anew
 * forgets some of its connections: they stay open and idle, and keep the process from ending.
 */
export class Sockets {
  readonly #open = new Set<Socket>();

  /** As kafkajs' own factory, and remembers. kafkajs gets whole answers, one at a time. */
  readonly factory = ({ host, port, ssl, onConnect }: ISocketFactoryArgs): Socket => {
    const frames = new Frames((frame) => socket.emit('data', frame));
    const callback = (length: number): boolean => {
      frames.take(chunk.subarray(0, length));
      return true;
    };
    const to = { host, port, onread: { buffer: chunk, callback } };
    const socket = ssl
      ? connectTls({ ...to, ...(isIP(host) === 0 ? { servername: host } : {}), ...ssl }, onConnect)
      : connect(to, onConnect);
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
