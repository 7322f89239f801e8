// What system calls cost in fuel before they begin: by what they are asked to do, which depends neither on what the host
// answers nor on whether a call waits or is tried again. docs/fuel.md is the table.
// What they find to do besides, such as the names of a directory, is charged where it is done: dispatcher.ts.
import type { HostCost } from '../../runtime/instance.ts';
import type { Value } from '../../runtime/values.ts';
import { PRICES, type Prices } from '../../syntax/prices.ts';
import type { DispatchOptions } from './dispatcher.ts';
import { type Guest, MAX_PARTS } from './guest.ts';
import type { Process } from './process.ts';
import { MAX_PATH } from './resolve.ts';
import type { Declaration } from './table.ts';

/** Who calls, and what is asked for with the arguments. */
interface Asked {
  readonly guest: Guest;
  readonly process: Process;
  /** The argument, as an unsigned number. */
  readonly arg: (at: number) => number;
  readonly prices: Prices;
}

/** The price of what is asked for by the arguments from `at` on. Throws where the call itself will fail. */
export type Price = (asked: Asked, at: number) => number;

export const strings =
  (kind: 'args' | 'env'): Price =>
  ({ process, prices }) => {
    let bytes = 0;
    for (const { length } of process[kind]) bytes += length;
    return process[kind].length * prices.element + bytes * prices.byte;
  };

export const buffer: Price = ({ guest, arg, prices }, at) => {
  guest.check(arg(at), arg(at + 1));
  return arg(at + 1) * prices.byte;
};

const path: Price = ({ guest, arg, prices }, at) => {
  guest.check(arg(at), arg(at + 1));
  return Math.min(arg(at + 1), MAX_PATH) * prices.pathByte;
};

const buffers: Price = ({ guest, arg, prices }, at) => {
  const count = arg(at + 1);
  if (count > MAX_PARTS) return 0;
  const { pointerSize, iovecSize } = guest;
  guest.check(arg(at), count * iovecSize);
  let bytes = 0;
  for (let i = 0; i < count; i++) {
    const one = arg(at) + i * iovecSize;
    const length = guest.pointer(one + pointerSize);
    guest.check(guest.pointer(one), length);
    bytes += length;
  }
  return count * prices.element + bytes * prices.byte;
};

/** Where in the arguments of a function there is something that has a price, beside what their types say. */
export type PricesOf<Name extends string> = Readonly<Partial<Record<Name, readonly (readonly [Price, number])[]>>>;

/** What the guest pays for a call of a function, before it is made. */
export function costOf<Name extends string>(
  { name, parameters }: Declaration<Name>,
  prices: PricesOf<Name>,
  { guests, callers }: DispatchOptions,
): HostCost {
  const parts = [...(prices[name] ?? [])];
  let at = 0;
  for (const { type, values } of parameters) {
    if (type === 'string') parts.push([path, at]);
    else if (type === 'iovecs') parts.push([buffers, at]);
    at += values.length;
  }
  return (caller, args: readonly Value[]) => {
    const rates = caller?.unit.prices ?? PRICES;
    let units = rates.systemCall;
    if (parts.length === 0) return units;
    const arg = (i: number): number => unsigned(args[i] as Value);
    const asked = { guest: guests.of(caller), process: callers.of(caller).process, arg, prices: rates };
    try {
      for (const [price, from] of parts) units += price(asked, from);
    } catch {
      // It will fail with just that.
    }
    return units;
  };
}

function unsigned(value: Value): number {
  return typeof value === 'bigint' ? Number(BigInt.asUintN(64, value)) : (value as number) >>> 0;
}
