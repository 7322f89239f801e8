// Where in the arguments of preview 1's functions there is something that has a price, beside texts and arrays of iovec.
import { buffer, type Price, type PricesOf, strings } from '../kernel/cost.ts';
import { type FunctionName, type Layout, MAX_SUBSCRIPTIONS } from './abi.ts';

const subscriptions =
  (size: number): Price =>
  ({ guest, arg, prices }) => {
    const count = arg(2);
    if (count > MAX_SUBSCRIPTIONS) return 0;
    guest.check(arg(0), count * size);
    return count * prices.element;
  };

export function pricesOf({ subscription }: Layout): PricesOf<FunctionName> {
  return {
    args_get: [[strings('args'), 0]],
    args_sizes_get: [[strings('args'), 0]],
    environ_get: [[strings('env'), 0]],
    environ_sizes_get: [[strings('env'), 0]],
    random_get: [[buffer, 0]],
    fd_readdir: [[buffer, 1]],
    fd_prestat_dir_name: [[buffer, 1]],
    path_readlink: [[buffer, 3]],
    poll_oneoff: [[subscriptions(subscription.size), 0]],
  };
}
