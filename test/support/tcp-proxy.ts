import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** Stands between a client and a server on this machine, and loses what a network can lose. */
export class TcpProxy {
  readonly port: number;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** Answers that still pass before one is lost together with its connection; null: none is lost. */
  #passing: number | null = null;
  #afterLoss: 'reconnect' | 'refuse' = 'reconnect';
  /** Answers that still pass before one waits for `#meanwhile`. */
  #untilPause: number | null = null;
  #meanwhile: () => Promise<unknown> = async () => undefined;
  #isMute = false;
  #isRefusing = false;

  private constructor(server: Server, port: number) {
    this.#server = server;
    this.port = port;
  }

  static async to(targetPort: number): Promise<TcpProxy> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const proxy = new TcpProxy(server, typeof address === 'object' && address !== null ? address.port : 0);
    server.on('connection', (client) => proxy.#join(client, connect(targetPort, '127.0.0.1')));
    return proxy;
  }

  /**
   * Lets `passing` answers through; the next one reaches nobody and the connection breaks. What was asked has been done.
   * With `refuse` no new connection is accepted after that: the client is cut off for good.
   */
  loseAnswer(passing: number, afterLoss: 'reconnect' | 'refuse' = 'reconnect'): void {
    this.#passing = passing;
    this.#afterLoss = afterLoss;
  }

  /** Lets `passing` answers through; the next one is passed on when `meanwhile` is done. */
  holdAnswer(passing: number, meanwhile: () => Promise<unknown>): void {
    this.#untilPause = passing;
    this.#meanwhile = meanwhile;
  }

  get hasLost(): boolean {
    return this.#passing === null;
  }

  /** Answers stop, connections stay: a server that hangs. */
  mute(isMute: boolean): void {
    this.#isMute = isMute;
  }

  async close(): Promise<void> {
    this.#server.close();
    this.#cut();
    await once(this.#server, 'close');
  }

  #join(client: Socket, upstream: Socket): void {
    if (this.#isRefusing) client.destroy();
    for (const socket of [client, upstream]) {
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        this.#sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    client.on('data', (bytes) => upstream.write(bytes));
    upstream.on('data', (bytes) => this.#answer(client, bytes));
  }

  #answer(client: Socket, bytes: Buffer): void {
    if (this.#isMute) return;
    if (this.#passing === 0) {
      this.#passing = null;
      this.#isRefusing = this.#afterLoss === 'refuse';
      this.#cut();
      return;
    }
    if (this.#passing !== null) this.#passing -= 1;
    const isHeld = this.#untilPause === 0;
    if (this.#untilPause !== null) this.#untilPause = isHeld ? null : this.#untilPause - 1;
    if (isHeld) void this.#meanwhile().then(() => client.write(bytes));
    else client.write(bytes);
  }

  #cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }
}
