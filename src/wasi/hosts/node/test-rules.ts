// What keeps tests on this machine: addresses that are not of it alone, and names, are an Error that is no errno of a guest,
// before anything is asked of Node.
import { destinationOf, plainAddress } from '../../host/addresses.ts';
import { socketAddress } from '../../host/checks.ts';
import { refused } from '../../host/errno.ts';
import type { SocketAddress } from '../../host/network.ts';
import { rangeOf } from '../../host/ranges.ts';

export class TestRules {
  private readonly loopbackOnly: boolean;

  constructor(loopbackOnly: boolean) {
    this.loopbackOnly = loopbackOnly;
  }

  /** In canonical text; where only this machine may be used, all of its addresses are that of the loopback. */
  checked(given: SocketAddress, method: string): SocketAddress {
    const { address, port } = socketAddress(given, `nodeNetwork.${method}: the address`) as SocketAddress;
    const plain = plainAddress(address);
    if (plain === undefined) throw refused('INVAL');
    if (!this.loopbackOnly) return { address: plain, port };
    const here = destinationOf(plain);
    if (rangeOf(here).name !== 'loopback') {
      throw new TypeError(`a test uses the address ${address}, which is not of this machine alone`);
    }
    return { address: here, port };
  }

  /** Of a host, or of a group, which routers hear of. */
  checkName(name: string): void {
    if (this.loopbackOnly) throw new TypeError(`a test asks others for ${JSON.stringify(name)}`);
  }
}
