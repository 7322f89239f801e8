// The binary interface of WasmEdge's sockets, which has the module name of preview 1: functions of both versions, numbers.
// https://github.com/second-state/wasmedge_wasi_socket (who calls it), https://github.com/WasmEdge/WasmEdge/tree/master/lib/host/wasi
// One table each. Which version a module means is told by the types of its imports (kernel/interface.ts). What the functions
// do is in the files beside this one.

/**
 * The first version. An `address` points to `0 buffer u32 | 4 length u32` (addresses.ts); a `port` is a number, and `*port`
 * has 32 bits.
 */
// biome-ignore format: a table
export const V1 = {
  sock_open:         'af:family type:socktype opened:*fd',
  sock_bind:         'fd:fd addr:address port:port',
  sock_listen:       'fd:fd backlog:size',
  sock_accept:       'fd:fd connection:*fd',
  sock_connect:      'fd:fd addr:address port:port',
  sock_recv_from:    'fd:fd ri_data:iovecs addr:address ri_flags:riflags datalen:*size roflags:*roflags',
  sock_send_to:      'fd:fd si_data:iovecs addr:address port:port si_flags:siflags datalen:*size',
  sock_getsockopt:   'fd:fd level:level name:sockopt value:ptr value_len:*size',
  sock_setsockopt:   'fd:fd level:level name:sockopt value:ptr value_len:size',
  sock_getlocaladdr: 'fd:fd addr:address type:*addrtype port:*port',
  sock_getpeeraddr:  'fd:fd addr:address type:*addrtype port:*port',
  sock_getaddrinfo:  'node:string service:string hints:ptr res:ptr max_len:size len:*size',
  epoll_oneoff:      'in:ptr out:ptr nsubscriptions:size nevents:*size',
  sock_lookup_ip:    'host:string af:family buf:ptr buf_len:size count:*size',
  sock_bind_device:  'fd:fd device:string',
} as const;

/** Functions of the second version whose types are others; they go by the names of the first, too. */
// biome-ignore format: a table
export const V2_CHANGED = {
  sock_recv_from:    'fd:fd ri_data:iovecs addr:address ri_flags:riflags port:*port16 datalen:*size roflags:*roflags',
  sock_getlocaladdr: 'fd:fd addr:address port:*port',
  sock_getpeeraddr:  'fd:fd addr:address port:*port',
} as const;

/** The second version by its own names. */
// biome-ignore format: a table
export const V2 = {
  sock_open_v2:         V1.sock_open,
  sock_bind_v2:         V1.sock_bind,
  sock_listen_v2:       V1.sock_listen,
  sock_accept_v2:       'fd:fd flags:fdflags connection:*fd',
  sock_connect_v2:      V1.sock_connect,
  sock_recv_v2:         'fd:fd ri_data:iovecs ri_flags:riflags datalen:*size roflags:*roflags',
  sock_recv_from_v2:    V2_CHANGED.sock_recv_from,
  sock_send_v2:         'fd:fd si_data:iovecs si_flags:siflags datalen:*size',
  sock_send_to_v2:      V1.sock_send_to,
  sock_getlocaladdr_v2: V2_CHANGED.sock_getlocaladdr,
  sock_getpeeraddr_v2:  V2_CHANGED.sock_getpeeraddr,
} as const;

export const FAMILY = { unspec: 0, inet4: 1, inet6: 2, unix: 3 } as const;
export const SOCKTYPE = { any: 0, dgram: 1, stream: 2 } as const;
export const PROTOCOL = { ip: 0, tcp: 1, udp: 2 } as const;

/** What the first version says of addresses that it has written: not the family. */
export const ADDRTYPE = { inet4: 4, inet6: 6 } as const;

/** The only level of options. */
export const SOL_SOCKET = 0;

// biome-ignore format: a table
export const SOCKOPT = {
  reuseaddr: 0, type: 1, error: 2, dontroute: 3, broadcast: 4, sndbuf: 5, rcvbuf: 6, keepalive: 7, oobinline: 8,
  linger: 9, rcvlowat: 10, rcvtimeo: 11, sndtimeo: 12, acceptconn: 13, bindtodevice: 14,
} as const;

// biome-ignore format: a table
export const AIFLAGS = {
  passive: 1, canonname: 2, numerichost: 4, numericserv: 8, v4mapped: 16, all: 32, addrconfig: 64,
} as const;

/** Error numbers of sock_getaddrinfo alone. */
// biome-ignore format: a table
export const AI_ERRNO = {
  AIADDRFAMILY: 77, AIAGAIN: 78, AIBADFLAG: 79, AIFAIL: 80, AIFAMILY: 81, AIMEMORY: 82, AINODATA: 83,
  AINONAME: 84, AISERVICE: 85, AISOCKTYPE: 86, AISYSTEM: 87,
} as const;

export type AiErrnoName = keyof typeof AI_ERRNO;
