// All functions of a preview by name: what each does. Their types are those of the table (abi.ts).
// https://github.com/WebAssembly/WASI/blob/wasi-0.1/preview1/docs.md#functions
import type { DispatchOptions } from '../kernel/dispatcher.ts';
import { interfaceOf, type SystemInterface } from '../kernel/interface.ts';
import { type CallsOf, declarationsOf, implement, type PointerType } from '../kernel/table.ts';
import { FUNCTIONS, type Layout } from './abi.ts';
import { argsGet, argsSizesGet } from './args.ts';
import { clockResGet, clockTimeGet } from './clock.ts';
import { pricesOf } from './cost.ts';
import { environGet, environSizesGet } from './environ.ts';
import * as fd from './fd.ts';
import { fdPread, fdPwrite, fdRead, fdWrite } from './fd-io.ts';
import * as path from './path.ts';
import { pathOpen } from './path-open.ts';
import { pollOneoff } from './poll.ts';
import { procExit, procRaise } from './proc.ts';
import { randomGet } from './random.ts';
import { fdReaddir } from './readdir.ts';
import { schedYield } from './sched.ts';
import { sockAccept, sockRecv, sockSend, sockShutdown } from './sock.ts';
import { textsOf } from './strace.ts';

const implemented = implement<typeof FUNCTIONS>();

function callsOf(layout: Layout): CallsOf<typeof FUNCTIONS> {
  return implemented({
    args_get: argsGet,
    args_sizes_get: argsSizesGet,
    environ_get: environGet,
    environ_sizes_get: environSizesGet,
    clock_res_get: clockResGet,
    clock_time_get: clockTimeGet,
    fd_advise: fd.fdAdvise,
    fd_allocate: fd.fdAllocate,
    fd_close: fd.fdClose,
    fd_datasync: fd.fdDatasync,
    fd_fdstat_get: fd.fdFdstatGet,
    fd_fdstat_set_flags: fd.fdFdstatSetFlags,
    fd_fdstat_set_rights: fd.fdFdstatSetRights,
    fd_filestat_get: fd.fdFilestatGet(layout),
    fd_filestat_set_size: fd.fdFilestatSetSize,
    fd_filestat_set_times: fd.fdFilestatSetTimes,
    fd_pread: fdPread,
    fd_prestat_get: fd.fdPrestatGet,
    fd_prestat_dir_name: fd.fdPrestatDirName,
    fd_pwrite: fdPwrite,
    fd_read: fdRead,
    fd_readdir: fdReaddir,
    fd_renumber: fd.fdRenumber,
    fd_seek: fd.fdSeek(layout),
    fd_sync: fd.fdSync,
    fd_tell: fd.fdTell,
    fd_write: fdWrite,
    path_create_directory: path.pathCreateDirectory,
    path_filestat_get: path.pathFilestatGet(layout),
    path_filestat_set_times: path.pathFilestatSetTimes,
    path_link: path.pathLink,
    path_open: pathOpen,
    path_readlink: path.pathReadlink,
    path_remove_directory: path.pathRemoveDirectory,
    path_rename: path.pathRename,
    path_symlink: path.pathSymlink,
    path_unlink_file: path.pathUnlinkFile,
    poll_oneoff: pollOneoff(layout),
    proc_exit: procExit,
    proc_raise: procRaise,
    sched_yield: schedYield,
    random_get: randomGet,
    sock_accept: sockAccept,
    sock_recv: sockRecv,
    sock_send: sockSend,
    sock_shutdown: sockShutdown,
  });
}

/** What follows from the table alone: made once, however many processes there are. */
const DECLARED = declarationsOf(FUNCTIONS);

/** What an interface that has preview 1's functions, too, means by some of them. */
export interface Variant {
  readonly pointer: PointerType;
  readonly calls: Partial<CallsOf<typeof FUNCTIONS>>;
}

/** The functions that a module imports from `layout.moduleName`. */
export function functionsOf(
  layout: Layout,
  options: DispatchOptions,
  strace: ((line: string) => void) | undefined,
  variant?: Variant,
): SystemInterface {
  const declared = variant === undefined ? DECLARED : declarationsOf(FUNCTIONS, variant.pointer);
  const parts = {
    declared: declared.filter(({ name }) => !layout.without.includes(name)),
    calls: { ...callsOf(layout), ...variant?.calls },
    prices: pricesOf(layout),
    texts: textsOf(layout, options.callers),
  };
  return interfaceOf(parts, options, strace);
}
