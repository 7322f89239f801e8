// What system calls cost in fuel before they begin: by what they are asked to do, which depends neither on what the host
// answers nor on whether a call waits or is tried again. docs/fuel.md is the table.
// What they find to do besides, such as the names of a directory, is charged where it is done: kernel/dispatcher.ts.
import type { HostCost } from '../../runtime/instance.ts';
import type { Value } from '../../runtime/values.ts';
import { PRICES, type Prices } from '../../syntax/prices.ts';
import type { DispatchOptions } from '../kernel/dispatcher.ts';
import { type Guest, MAX_PARTS } from '../kernel/guest.ts';
import type { Process } from '../kernel/process.ts';
import { MAX_PATH } from '../kernel/resolve.ts';
import { type FunctionName, IOVEC_SIZE, type Layout, MAX_SUBSCRIPTIONS, parametersOf } from './abi.ts';

/** Who calls, and what is asked for with the arguments. */
interface Asked {
  readonly guest: Guest;
  readonly process: Process;
  /** The argument, as an unsigned number. */
  readonly arg: (at: number) => number;
  readonly prices: Prices;
}

/** The price of what is asked for by the arguments from `at` on. Throws where the call itself will fail. */
type Price = (asked: Asked, at: number) => number;

const strings =
  (kind: 'args' | 'env'): Price =>
  ({ process, prices }) => {
    let bytes = 0;
    for (const { length } of process[kind]) bytes += length;
    return process[kind].length * prices.element + bytes * prices.byte;
  };

const buffer: Price = ({ guest, arg, prices }, at) => {
  guest.check(arg(at), arg(at + 1));
  return arg(at + 1) * prices.byte;
};

const subscriptions =
  (size: number): Price =>
  ({ guest, arg, prices }) => {
    const count = arg(2);
    if (count > MAX_SUBSCRIPTIONS) return 0;
    guest.check(arg(0), count * size);
    return count * prices.element;
  };

const path: Price = ({ guest, arg, prices }, at) => {
  guest.check(arg(at), arg(at + 1));
  return Math.min(arg(at + 1), MAX_PATH) * prices.pathByte;
};

const buffers: Price = ({ guest, arg, prices }, at) => {
  const count = arg(at + 1);
  if (count > MAX_PARTS) return 0;
  guest.check(arg(at), count * IOVEC_SIZE);
  let bytes = 0;
  for (let i = 0; i < count; i++) {
    const one = arg(at) + i * IOVEC_SIZE;
    guest.check(guest.u32(one), guest.u32(one + 4));
    bytes += guest.u32(one + 4);
  }
  return count * prices.element + bytes * prices.byte;
};

/** Where in the arguments of a function there is something that has a price, beside what their types say. */
function pricesOf(name: FunctionName, { subscription }: Layout): readonly (readonly [Price, number])[] {
  switch (name) {
    case 'args_get':
    case 'args_sizes_get':
      return [[strings('args'), 0]];
    case 'environ_get':
    case 'environ_sizes_get':
      return [[strings('env'), 0]];
    case 'random_get':
      return [[buffer, 0]];
    case 'fd_readdir':
    case 'fd_prestat_dir_name':
      return [[buffer, 1]];
    case 'path_readlink':
      return [[buffer, 3]];
    case 'poll_oneoff':
      return [[subscriptions(subscription.size), 0]];
    default:
      return [];
  }
}

/** What the guest pays for a call of a function, before it is made. */
export function costOf(name: FunctionName, layout: Layout, { guests, process }: DispatchOptions): HostCost {
  const parts = [...pricesOf(name, layout)];
  let at = 0;
  for (const { type, values } of parametersOf(name)) {
    if (type === 'string') parts.push([path, at]);
    else if (type === 'iovecs') parts.push([buffers, at]);
    at += values.length;
  }
  return (caller, args: readonly Value[]) => {
    const prices = caller?.unit.prices ?? PRICES;
    let units = prices.systemCall;
    if (parts.length === 0) return units;
    const asked = { guest: guests.of(caller), process, arg: (i: number) => (args[i] as number) >>> 0, prices };
    try {
      for (const [price, from] of parts) units += price(asked, from);
    } catch {
      // It will fail with just that.
    }
    return units;
  };
}
