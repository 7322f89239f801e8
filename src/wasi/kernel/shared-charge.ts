// What processes have together since they were forked counts once, until the last of them has let go of it.
import { refused } from '../host/errno.ts';
import type { Limits } from '../../runtime/limits.ts';

export class SharedCharge {
  private readonly limits: Limits;
  private readonly bytes: number;
  private owners = 1;

  /** NOMEM: so many bytes are not left. */
  constructor(limits: Limits, bytes: number) {
    if (!limits.charge('stackBytes', bytes)) throw refused('NOMEM');
    this.limits = limits;
    this.bytes = bytes;
  }

  /** For one owner more. */
  share(): this {
    this.owners++;
    return this;
  }

  /** For each owner once. */
  letGo(): void {
    if (--this.owners === 0) this.limits.credit('stackBytes', this.bytes);
  }
}
