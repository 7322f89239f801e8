// A stream connection of a network.
import type { HeldConnection } from '../held.ts';
import { type Pollable, READABLE } from '../pollable.ts';
import { Open, type ReceiveFlags, type Refusals } from './open.ts';
import { reading, type Transfer, type WriteFlags, writing } from './transfer.ts';

const REFUSALS: Refusals = { accept: 'INVAL' };

export class OpenConnection extends Open {
  readonly type = 'socket-stream';
  override readonly refusals = REFUSALS;
  private readonly connection: HeldConnection;

  constructor(connection: HeldConnection) {
    super();
    this.connection = connection;
  }

  override pollable(): Pollable {
    return this.connection;
  }

  override available(): number {
    return this.connection.available();
  }

  close(): void {
    this.connection.close();
  }

  override read(): Transfer {
    return reading(this.connection);
  }

  override write({ nonblock }: WriteFlags): Transfer {
    return writing(this.connection, nonblock);
  }

  /** With waitall as far as so many can be kept ready. */
  override receive(wanted: number, { peek, waitall, nonblock }: ReceiveFlags): Uint8Array | Pollable {
    const { connection } = this;
    const least = waitall ? Math.min(wanted, connection.capacity) : Math.min(wanted, 1);
    const isThere = (): boolean => connection.available() >= least || connection.ended;
    const enough: Pollable = {
      ready: () => (isThere() ? connection.ready(READABLE) : 0),
      subscribe: (wake) => connection.subscribe(wake),
    };
    if (!nonblock && !isThere()) return enough;
    // One buffer at the length of all: what is only looked at cannot be read piece by piece.
    const whole = new Uint8Array(Math.min(wanted, connection.capacity));
    const moved = connection.read(whole, peek);
    return moved === undefined ? enough : whole.subarray(0, moved);
  }

  override send(): Transfer {
    return writing(this.connection, true);
  }

  override shutdown(directions: { readonly read: boolean; readonly write: boolean }): void {
    this.connection.shutdown(directions);
  }
}
