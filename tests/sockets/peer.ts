// The other side of a program's sockets: connections that are written and read with promises.
import type { Connection, Listener, Network } from '../../src/wasi/index.ts';

/** An interest: see Pollable. */
const WRITABLE = 2;

/** Resolves when a condition holds; it is looked at whenever the pollable says that something may have changed. */
export function until(pollable: Connection | Listener, holds: () => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    let stop = (): void => {};
    const look = (): void => {
      try {
        if (!holds()) return;
        stop();
        resolve();
      } catch (error) {
        stop();
        reject(error);
      }
    };
    stop = pollable.subscribe(look);
    look();
  });
}

export class Peer {
  readonly connection: Connection;

  constructor(connection: Connection) {
    this.connection = connection;
  }

  /** To who listens at a port of this machine; who does not listen yet is waited for. */
  static async connect(network: Network, port: number, address = '127.0.0.1'): Promise<Peer> {
    for (;;) {
      try {
        const connection = network.connect({ address, port });
        await until(connection, () => connection.ready(WRITABLE) !== 0);
        connection.read(new Uint8Array(0));
        return new Peer(connection);
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    }
  }

  async write(text: string): Promise<void> {
    const bytes = Buffer.from(text, 'latin1');
    for (let at = 0; at < bytes.length; ) {
      await until(this.connection, () => this.connection.ready(WRITABLE) !== 0);
      at += this.connection.write(bytes.subarray(at)) ?? 0;
    }
  }

  /** So many characters, or what comes until the end. */
  async read(length = Number.POSITIVE_INFINITY): Promise<string> {
    let text = '';
    while (text.length < length) {
      const piece = await this.piece(Math.min(length - text.length, 65_536));
      if (piece === '') break;
      text += piece;
    }
    return text;
  }

  /** What comes up to and with a text. */
  async readUntil(last: string): Promise<string> {
    let text = '';
    while (!text.endsWith(last)) {
      const piece = await this.piece(1);
      if (piece === '') break;
      text += piece;
    }
    return text;
  }

  close(): void {
    this.connection.close();
  }

  private async piece(most: number): Promise<string> {
    const into = new Uint8Array(most);
    let count: number | undefined;
    await until(this.connection, () => {
      count = this.connection.read(into);
      return count !== undefined;
    });
    return Buffer.from(into.subarray(0, count)).toString('latin1');
  }
}

/** Listens at a port, and gives each connection to `serve`. */
export function serving(network: Network, port: number, serve: (peer: Peer) => Promise<void>): () => void {
  const listener = network.listen({ address: '127.0.0.1', port }, 8);
  const stop = listener.subscribe(() => {
    for (let one = listener.accept(); one !== undefined; one = listener.accept()) {
      const peer = new Peer(one);
      serve(peer).finally(() => peer.close());
    }
  });
  return () => {
    stop();
    listener.close();
  };
}
