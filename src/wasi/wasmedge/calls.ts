// All functions of WasmEdge's sockets by name: what each does, and how they are put beside those of preview 1.
import { emptyRecord } from '../../syntax/records.ts';
import { buffer, type Price, type PricesOf } from '../kernel/cost.ts';
import type { DispatchOptions } from '../kernel/dispatcher.ts';
import {
  type InterfaceParts,
  interfaceOf,
  joined,
  type SystemInterface,
  type TypedFunction,
} from '../kernel/interface.ts';
import { declarationsOf, implement } from '../kernel/table.ts';
import { PREVIEW1 } from '../preview1/abi.ts';
import { pricesOf as previewPrices } from '../preview1/cost.ts';
import { pollOneoff } from '../preview1/poll.ts';
import { sockAccept, sockRecv, sockSend } from '../preview1/sock.ts';
import { V1, V2, V2_CHANGED } from './abi.ts';
import { sockGetAddressInfo } from './addrinfo.ts';
import { MOST_RESULTS } from './names.ts';
import { sockLookupIp } from './lookup.ts';
import { sockRecvFrom, sockRecvFromV2, sockSendTo } from './messages.ts';
import { sockBindDevice, sockGetOption, sockSetOption } from './options.ts';
import * as socket from './sockets.ts';
import { textsOf } from './strace.ts';
import { WAMR_HINTS } from './wamr.ts';

const CALLS_V1 = implement<typeof V1>()({
  sock_open: socket.sockOpen,
  sock_bind: socket.sockBind,
  sock_listen: socket.sockListen,
  sock_accept: socket.sockAcceptV1,
  sock_connect: socket.sockConnect,
  sock_recv_from: sockRecvFrom,
  sock_send_to: sockSendTo,
  sock_getsockopt: sockGetOption,
  sock_setsockopt: sockSetOption,
  sock_getlocaladdr: socket.sockLocalAddress,
  sock_getpeeraddr: socket.sockPeerAddress,
  sock_getaddrinfo: sockGetAddressInfo,
  epoll_oneoff: pollOneoff(PREVIEW1),
  sock_lookup_ip: sockLookupIp,
  sock_bind_device: sockBindDevice,
});

const CALLS_V2_CHANGED = implement<typeof V2_CHANGED>()({
  sock_recv_from: sockRecvFromV2,
  sock_getlocaladdr: socket.sockLocalAddressV2,
  sock_getpeeraddr: socket.sockPeerAddressV2,
});

const CALLS_V2 = implement<typeof V2>()({
  sock_open_v2: socket.sockOpen,
  sock_bind_v2: socket.sockBind,
  sock_listen_v2: socket.sockListen,
  sock_accept_v2: sockAccept,
  sock_connect_v2: socket.sockConnect,
  sock_recv_v2: sockRecv,
  sock_recv_from_v2: sockRecvFromV2,
  sock_send_v2: sockSend,
  sock_send_to_v2: sockSendTo,
  sock_getlocaladdr_v2: socket.sockLocalAddressV2,
  sock_getpeeraddr_v2: socket.sockPeerAddressV2,
});

/** What follows from the tables alone: made once, however many processes there are. */
const DECLARED: readonly (Pick<InterfaceParts<string>, 'declared' | 'calls'> & { readonly isV2: boolean })[] = [
  { declared: declarationsOf(V1), calls: CALLS_V1, isV2: false },
  { declared: declarationsOf(V2_CHANGED), calls: CALLS_V2_CHANGED, isV2: true },
  { declared: declarationsOf(V2), calls: CALLS_V2, isV2: true },
];

const { poll_oneoff: subscriptions = [] } = previewPrices(PREVIEW1);

/** The places that a list of results may have: more have no results. */
const results: Price = ({ arg, prices }, at) => Math.min(arg(at), MOST_RESULTS) * prices.element;

const PRICES: PricesOf<keyof typeof V1> = {
  epoll_oneoff: subscriptions,
  sock_getaddrinfo: [[results, 6]],
  sock_lookup_ip: [[buffer, 3]],
};

/** Preview 1's functions, and those of WasmEdge's sockets beside them and behind them where the names are the same. */
export function withSockets(
  preview1: SystemInterface,
  options: DispatchOptions,
  strace: ((line: string) => void) | undefined,
): SystemInterface {
  const sockets = DECLARED.map(({ isV2, ...parts }) =>
    interfaceOf({ ...parts, prices: PRICES, texts: textsOf(isV2) }, options, strace),
  );
  return withHints(joined([preview1, ...sockets]));
}

function withHints(functions: SystemInterface): SystemInterface {
  const all = Object.assign(emptyRecord<TypedFunction>(), functions);
  for (const [name, hint] of WAMR_HINTS) all[name] = { ...all[name], hint };
  return all;
}
