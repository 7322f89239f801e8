// The network of this machine for a program of the command line, and what was refused of it: told once, when it has ended,
// since a guest hears no more than an error number.
import { guarded, type Refused } from '../wasi/hosts/guarded.ts';
import { nodeNetwork } from '../wasi/hosts/node.ts';
import type { Network, NetworkRules } from '../wasi/index.ts';

/** Refusals that are told, at most. */
const MOST = 5;

const WORDS = { connect: 'connect to', bind: 'bind of', resolve: 'look-up of' } as const;

export class NetworkRefusals {
  private readonly lines = new Set<string>();

  /** What rules leave of the network: without any a program can make sockets, and do nothing with them. */
  network(rules: NetworkRules = {}): Network {
    return guarded(nodeNetwork(), rules, this.take);
  }

  /** A line each. */
  hints(): string[] {
    return [...this.lines];
  }

  private readonly take: Refused = (kind, rule) => {
    const what = rule.replace(/^[a-z]+:\/\//, '');
    const wanted = rule.startsWith('udp:') ? rule : what;
    if (this.lines.size < MOST) {
      this.lines.add(`hint: ${WORDS[kind]} ${what} was refused; --allow-${kind} ${wanted} would allow it`);
    }
  };
}
