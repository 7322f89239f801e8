// A socket that listens for stream connections. It is readable when one waits to be accepted, and never writable.
import { refused } from '../../host/errno.ts';
import type { HeldListener } from '../held.ts';
import { type Pollable, READABLE } from '../pollable.ts';
import { OpenConnection } from './connection.ts';
import { Open, type Refusals } from './open.ts';

const REFUSALS: Refusals = { receive: 'NOTCONN', send: 'NOTCONN', shutdown: 'NOTCONN' };

export class OpenListener extends Open {
  readonly type = 'socket-stream';
  override readonly refusals = REFUSALS;
  private readonly listener: HeldListener;

  constructor(listener: HeldListener) {
    super();
    this.listener = listener;
  }

  override pollable(interest: number): Pollable {
    if (interest !== READABLE) throw refused('BADF');
    return this.listener;
  }

  close(): void {
    this.listener.close();
  }

  override accept(): OpenConnection | undefined {
    const connection = this.listener.accept();
    return connection && new OpenConnection(connection);
  }
}
