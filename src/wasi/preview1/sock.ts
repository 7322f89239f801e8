// Sockets: sock_accept, sock_recv, sock_send, sock_shutdown. No descriptor of preview 1 is a socket here, so these
// tell an open descriptor (NOTSOCK) from one that is not (BADF), after the flags were checked (INVAL).
// https://github.com/WebAssembly/WASI/blob/wasi-0.1/preview1/docs.md#sock_recv
import { SystemError } from '../host/errno.ts';
import type { Call } from '../kernel/dispatcher.ts';
import { allOf, FDFLAGS, RIFLAGS, SDFLAGS } from './abi.ts';
import { checkFlags } from './check.ts';

/** BADF, NOTSOCK; INVAL for flags other than nonblock. */
export function sockAccept(call: Call, fd: number, flags: number): never {
  checkFlags(flags, FDFLAGS.nonblock);
  return socketOf(call, fd);
}

/** BADF, NOTSOCK; INVAL for unknown flags. */
export function sockRecv(call: Call, fd: number, _data: number, _count: number, flags: number): never {
  checkFlags(flags, allOf(RIFLAGS));
  return socketOf(call, fd);
}

/** BADF, NOTSOCK; INVAL for any flag. */
export function sockSend(call: Call, fd: number, _data: number, _count: number, flags: number): never {
  checkFlags(flags, 0);
  return socketOf(call, fd);
}

/** BADF, NOTSOCK; INVAL when `how` names no direction or an unknown one. */
export function sockShutdown(call: Call, fd: number, how: number): never {
  checkFlags(how, allOf(SDFLAGS));
  if (how === 0) throw new SystemError('INVAL');
  return socketOf(call, fd);
}

function socketOf(call: Call, fd: number): never {
  call.process.files.get(fd);
  throw new SystemError('NOTSOCK');
}
