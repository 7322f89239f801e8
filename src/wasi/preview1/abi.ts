// The binary interface of WASI preview 1 (and preview 0 where it differs): functions, layouts, enumerations, rights.
// https://github.com/WebAssembly/WASI/blob/wasi-0.1/preview1/docs.md
// One table each. What the functions do is in the files beside this one.
import type { FuncType } from '../../syntax/types.ts';
import type { FileType } from '../host/filesystem.ts';
import * as table from '../kernel/table.ts';
import type { Parameter } from '../kernel/table.ts';

export { ERRNO, type ErrnoName } from '../host/errno.ts';

/** All functions, in the words of kernel/table.ts. */
// biome-ignore format: a table
export const FUNCTIONS = {
  args_get:                'argv:ptr argv_buf:ptr',
  args_sizes_get:          'argc:*size argv_buf_size:*size',
  environ_get:             'environ:ptr environ_buf:ptr',
  environ_sizes_get:       'count:*size buf_size:*size',
  clock_res_get:           'id:clockid resolution:*timestamp',
  clock_time_get:          'id:clockid precision:timestamp time:*timestamp',
  fd_advise:               'fd:fd offset:filesize len:filesize advice:advice',
  fd_allocate:             'fd:fd offset:filesize len:filesize',
  fd_close:                'fd:fd',
  fd_datasync:             'fd:fd',
  fd_fdstat_get:           'fd:fd stat:ptr',
  fd_fdstat_set_flags:     'fd:fd flags:fdflags',
  fd_fdstat_set_rights:    'fd:fd rights_base:rights rights_inheriting:rights',
  fd_filestat_get:         'fd:fd stat:ptr',
  fd_filestat_set_size:    'fd:fd size:filesize',
  fd_filestat_set_times:   'fd:fd atim:timestamp mtim:timestamp fst_flags:fstflags',
  fd_pread:                'fd:fd iovs:iovecs offset:filesize nread:*size',
  fd_prestat_get:          'fd:fd prestat:ptr',
  fd_prestat_dir_name:     'fd:fd path:ptr path_len:size',
  fd_pwrite:               'fd:fd iovs:iovecs offset:filesize nwritten:*size',
  fd_read:                 'fd:fd iovs:iovecs nread:*size',
  fd_readdir:              'fd:fd buf:ptr buf_len:size cookie:dircookie bufused:*size',
  fd_renumber:             'fd:fd to:fd',
  fd_seek:                 'fd:fd offset:filedelta whence:whence newoffset:*filesize',
  fd_sync:                 'fd:fd',
  fd_tell:                 'fd:fd offset:*filesize',
  fd_write:                'fd:fd iovs:iovecs nwritten:*size',
  path_create_directory:   'fd:fd path:string',
  path_filestat_get:       'fd:fd flags:lookupflags path:string stat:ptr',
  path_filestat_set_times: 'fd:fd flags:lookupflags path:string atim:timestamp mtim:timestamp fst_flags:fstflags',
  path_link:               'old_fd:fd old_flags:lookupflags old_path:string new_fd:fd new_path:string',
  path_open:               'fd:fd dirflags:lookupflags path:string oflags:oflags rights_base:rights rights_inheriting:rights fdflags:fdflags opened:*fd',
  path_readlink:           'fd:fd path:string buf:ptr buf_len:size bufused:*size',
  path_remove_directory:   'fd:fd path:string',
  path_rename:             'fd:fd old_path:string new_fd:fd new_path:string',
  path_symlink:            'old_path:string fd:fd new_path:string',
  path_unlink_file:        'fd:fd path:string',
  poll_oneoff:             'in:ptr out:ptr nsubscriptions:size nevents:*size',
  proc_exit:               'rval:exitcode noreturn',
  proc_raise:              'sig:signal',
  sched_yield:             '',
  random_get:              'buf:ptr buf_len:size',
  sock_accept:             'fd:fd flags:fdflags connection:*fd',
  sock_recv:               'fd:fd ri_data:iovecs ri_flags:riflags datalen:*size roflags:*roflags',
  sock_send:               'fd:fd si_data:iovecs si_flags:siflags datalen:*size',
  sock_shutdown:           'fd:fd how:sdflags',
} as const;

export type FunctionName = keyof typeof FUNCTIONS;

/** The parameters of a function, in order. */
export function parametersOf(name: FunctionName): Parameter[] {
  return table.parametersOf(FUNCTIONS[name]);
}

/** A function's type in the core specification. */
export function typeOf(name: FunctionName): FuncType {
  return table.typeOf(FUNCTIONS[name]);
}

// biome-ignore format: a table
export const FILE_TYPES: Readonly<Record<FileType, number>> = {
  'unknown': 0, 'block-device': 1, 'character-device': 2, 'directory': 3,
  'regular-file': 4, 'socket-datagram': 5, 'socket-stream': 6, 'symbolic-link': 7,
};

export const CLOCK = { realtime: 0, monotonic: 1, processCpu: 2, threadCpu: 3 } as const;
export const ADVICE_COUNT = 6;
export const FDFLAGS = { append: 1, dsync: 2, nonblock: 4, rsync: 8, sync: 16 } as const;
export const FSTFLAGS = { atim: 1, atimNow: 2, mtim: 4, mtimNow: 8 } as const;
export const LOOKUPFLAGS = { symlinkFollow: 1 } as const;
export const OFLAGS = { creat: 1, directory: 2, excl: 4, trunc: 8 } as const;
export const EVENTTYPE = { clock: 0, fdRead: 1, fdWrite: 2 } as const;
export const EVENTRWFLAGS = { hangup: 1 } as const;
export const SUBCLOCKFLAGS = { abstime: 1 } as const;
export const RIFLAGS = { peek: 1, waitall: 2 } as const;
export const ROFLAGS = { dataTruncated: 1 } as const;
export const SDFLAGS = { rd: 1, wr: 2 } as const;

/** Every bit of a set of flags. */
export function allOf(flags: Readonly<Record<string, number>>): number {
  return Object.values(flags).reduce((all, bit) => all | bit, 0);
}

/** Rights in the order of their bits: the first is bit 0. */
// biome-ignore format: a table
export const RIGHT_NAMES = [
  'fd_datasync', 'fd_read', 'fd_seek', 'fd_fdstat_set_flags', 'fd_sync', 'fd_tell',
  'fd_write', 'fd_advise', 'fd_allocate', 'path_create_directory', 'path_create_file', 'path_link_source',
  'path_link_target', 'path_open', 'fd_readdir', 'path_readlink', 'path_rename_source', 'path_rename_target',
  'path_filestat_get', 'path_filestat_set_size', 'path_filestat_set_times', 'fd_filestat_get', 'fd_filestat_set_size',
  'fd_filestat_set_times', 'path_symlink', 'path_remove_directory', 'path_unlink_file', 'poll_fd_readwrite',
  'sock_shutdown', 'sock_accept',
] as const;

export type RightName = (typeof RIGHT_NAMES)[number];

/** The bit of each right. */
export const RIGHTS = Object.fromEntries(RIGHT_NAMES.map((name, bit) => [name, 1n << BigInt(bit)])) as Readonly<
  Record<RightName, bigint>
>;

/** A set of rights. */
export function rights(...names: readonly RightName[]): bigint {
  return names.reduce((all, name) => all | RIGHTS[name], 0n);
}

/** What makes sense on a file. */
// biome-ignore format: a table
export const FILE_RIGHTS = rights(
  'fd_datasync', 'fd_read', 'fd_seek', 'fd_fdstat_set_flags', 'fd_sync', 'fd_tell', 'fd_write', 'fd_advise',
  'fd_allocate', 'fd_filestat_get', 'fd_filestat_set_size', 'fd_filestat_set_times', 'poll_fd_readwrite',
);

/** What makes sense on a directory. */
// biome-ignore format: a table
export const DIRECTORY_RIGHTS = rights(
  'fd_datasync', 'fd_fdstat_set_flags', 'fd_sync', 'path_create_directory', 'path_create_file', 'path_link_source',
  'path_link_target', 'path_open', 'fd_readdir', 'path_readlink', 'path_rename_source', 'path_rename_target',
  'path_filestat_get', 'path_filestat_set_size', 'path_filestat_set_times', 'fd_filestat_get',
  'fd_filestat_set_times', 'path_symlink', 'path_remove_directory', 'path_unlink_file',
);

/**
 * What a terminal, pipe or file that the host already opened may do. Without seek and tell: with those, libc's isatty
 * would say no.
 */
export const STREAM_RIGHTS = rights(
  'fd_fdstat_set_flags',
  'fd_filestat_get',
  'fd_sync',
  'fd_datasync',
  'poll_fd_readwrite',
);

/** What a connection may do, and a listener; a listener passes on what its connections may do. */
export const CONNECTION_RIGHTS = rights(
  'fd_read',
  'fd_write',
  'fd_fdstat_set_flags',
  'fd_filestat_get',
  'poll_fd_readwrite',
  'sock_shutdown',
);
export const LISTENER_RIGHTS = rights('fd_fdstat_set_flags', 'fd_filestat_get', 'poll_fd_readwrite', 'sock_accept');

/** Sizes in bytes of what does not differ between the previews. */
export const PRESTAT_SIZE = 8;
export const FDSTAT_SIZE = 24;
export const DIRENT_SIZE = 24;
export const EVENT_SIZE = 32;

/** More than there are descriptors and reasons to ask for one. */
export const MAX_SUBSCRIPTIONS = 65_536;

/** What differs between the previews. Numbers are byte offsets in the structure. */
export interface Layout {
  readonly moduleName: string;
  /** Meaning of the values of whence. */
  readonly whence: readonly ('set' | 'cur' | 'end')[];
  readonly filestat: {
    readonly size: number;
    readonly nlinkBytes: 4 | 8;
    readonly nlink: number;
    readonly fileSize: number;
    readonly atim: number;
    readonly mtim: number;
    readonly ctim: number;
  };
  readonly subscription: {
    readonly size: number;
    readonly clockId: number;
    readonly timeout: number;
    readonly flags: number;
  };
  /** Functions that this preview does not have. */
  readonly without: readonly FunctionName[];
}

export const PREVIEW1: Layout = {
  moduleName: 'wasi_snapshot_preview1',
  whence: ['set', 'cur', 'end'],
  filestat: { size: 64, nlinkBytes: 8, nlink: 24, fileSize: 32, atim: 40, mtim: 48, ctim: 56 },
  subscription: { size: 48, clockId: 16, timeout: 24, flags: 40 },
  without: [],
};

/** Preview 0: the clock's subscription has an identifier in front, so that the rest comes 8 bytes later. */
export const PREVIEW0: Layout = {
  moduleName: 'wasi_unstable',
  whence: ['cur', 'end', 'set'],
  filestat: { size: 56, nlinkBytes: 4, nlink: 20, fileSize: 24, atim: 32, mtim: 40, ctim: 48 },
  subscription: { size: 56, clockId: 24, timeout: 32, flags: 48 },
  without: ['sock_accept'],
};
