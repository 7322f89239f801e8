// How strace shows what the functions of preview 1 are given and what they return, where their table does not say it.
import type { DispatchOptions } from '../kernel/dispatcher.ts';
import type { Texts } from '../kernel/strace.ts';
import { buffersText, hex, stringsText, textAt } from '../kernel/strace-values.ts';
import type { FunctionName, Layout } from './abi.ts';
import { direntsText, eventsText, fdstatText, filestatText, subscriptionsText, valueText } from './strace-values.ts';

export function textsOf(layout: Layout, callers: DispatchOptions['callers']): Texts<FunctionName> {
  // Not in the guest's memory: how many arguments and variables there are.
  const known = () => callers.of(undefined).process;
  return {
    value: (type, value) => valueText(type, value, layout),
    sending: ['fd_write', 'fd_pwrite', 'sock_send'],
    arguments: {
      poll_oneoff: (guest, [at, out, count, nevents]) =>
        `in=${subscriptionsText(guest, at, count, layout)}, out=${hex(out)}, nsubscriptions=${count}, nevents=${hex(nevents)}`,
    },
    results: {
      args_get: (guest, [argv]) => ` args:${stringsText(guest, argv, known().args.length)}`,
      environ_get: (guest, [environ]) => ` environ:${stringsText(guest, environ, known().env.length)}`,
      fd_fdstat_get: (guest, [, at]) => ` stat:${fdstatText(guest, at)}`,
      fd_filestat_get: (guest, [, at]) => ` stat:${filestatText(guest, at, layout)}`,
      path_filestat_get: (guest, args) => ` stat:${filestatText(guest, args[4], layout)}`,
      fd_prestat_get: (guest, [, at]) => ` prestat:{directory name_len=${guest.u32(at + 4)}}`,
      fd_prestat_dir_name: (guest, [, at, length]) => ` path:${textAt(guest, at, length)}`,
      fd_readdir: (guest, args) => ` names:${direntsText(guest, args[1], guest.u32(args[4]))}`,
      path_readlink: (guest, args) => ` text:${textAt(guest, args[3], guest.u32(args[5]))}`,
      fd_read: (guest, [, at, count, nread]) => ` data:${buffersText(guest, at, count, guest.u32(nread))}`,
      fd_pread: (guest, args) => ` data:${buffersText(guest, args[1], args[2], guest.u32(args[4]))}`,
      sock_recv: (guest, args) => ` data:${buffersText(guest, args[1], args[2], guest.u32(args[4]))}`,
      poll_oneoff: (guest, [, at, , nevents]) => ` events:${eventsText(guest, at, guest.u32(nevents))}`,
    },
  };
}
