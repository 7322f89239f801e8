// Sockets: making, connecting, listening, sending, receiving, their options, and names.
import { type Chapter, chapter } from './chapter.ts';
import type { Generation } from './generation.ts';

// biome-ignore format: a table
const TABLE = {
  sock_open:               'af:address_family socktype:sock_type sock_proto:sock_proto opened:*fd',
  sock_pair:               'af:address_family socktype:sock_type sock_proto:sock_proto first:*fd second:*fd',
  sock_bind:               'fd:fd addr:ptr',
  sock_listen:             'fd:fd backlog:u32',
  sock_accept_v2:          'fd:fd flags:fdflags opened:*fd addr:ptr',
  sock_connect:            'fd:fd addr:ptr',
  sock_recv_from:          'fd:fd ri_data:iovecs ri_flags:riflags datalen:*size roflags:*roflags addr:ptr',
  sock_send_to:            'fd:fd si_data:iovecs si_flags:siflags addr:ptr datalen:*size',
  sock_send_file:          'out_fd:fd in_fd:fd offset:filesize count:filesize sent:*filesize',
  sock_status:             'fd:fd status:*sock_status',
  sock_addr_local:         'fd:fd addr:ptr',
  sock_addr_peer:          'fd:fd addr:ptr',
  sock_set_opt_flag:       'fd:fd sockopt:sock_option flag:bool',
  sock_get_opt_flag:       'fd:fd sockopt:sock_option flag:*bool',
  sock_set_opt_time:       'fd:fd sockopt:sock_option timeout:ptr',
  sock_get_opt_time:       'fd:fd sockopt:sock_option timeout:ptr',
  sock_set_opt_size:       'fd:fd sockopt:sock_option size:filesize',
  sock_get_opt_size:       'fd:fd sockopt:sock_option size:*filesize',
  sock_join_multicast_v4:  'fd:fd multiaddr:ptr interface:ptr',
  sock_leave_multicast_v4: 'fd:fd multiaddr:ptr interface:ptr',
  sock_join_multicast_v6:  'fd:fd multiaddr:ptr interface:u32',
  sock_leave_multicast_v6: 'fd:fd multiaddr:ptr interface:u32',
  resolve:                 'host:string port:u16 addrs:ptr naddrs:u32 count:*size',
  sock_recv_msg:           'fd:fd ri_data:iovecs ri_flags:riflags addr:ptr control:string datalen:*size roflags:*roflags controllen:*size',
} as const;

/** What has another type in the first generation. */
const FIRST = { sock_accept: TABLE.sock_accept_v2 } as const;

export function sockets(_generation: Generation): Chapter[] {
  return [chapter(TABLE, {}), chapter(FIRST, {})];
}
