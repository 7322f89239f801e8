// One line of text per call, as strace writes them: name, arguments, error name, results; all decoded.
//     path_open(fd=3, dirflags=0, path="a.txt", oflags=creat, ..., opened=0x1040) = SUCCESS opened:4
// Names and texts come from the guest: control and bidirectional characters are escaped (strace-values.ts).
import { errnoName, SystemError } from '../host/errno.ts';
import type { Tracer, Value } from '../kernel/dispatcher.ts';
import type { Guest } from '../kernel/guest.ts';
import { HALF, type FunctionName, type Layout, type Parameter, WIDE } from './abi.ts';
import * as values from './strace-values.ts';

/** What a result pointer that abi.ts calls `ptr` leads to, for each function that has one. Called after success. */
const STRUCTURES: Partial<
  Readonly<Record<FunctionName, (guest: Guest, args: readonly number[], known: Counts, layout: Layout) => string>>
> = {
  args_get: (guest, [argv], { args }) => ` args:${values.stringsText(guest, argv, args)}`,
  environ_get: (guest, [environ], { env }) => ` environ:${values.stringsText(guest, environ, env)}`,
  fd_fdstat_get: (guest, [, at]) => ` stat:${values.fdstatText(guest, at)}`,
  fd_filestat_get: (guest, [, at], _known, layout) => ` stat:${values.filestatText(guest, at, layout)}`,
  path_filestat_get: (guest, args, _known, layout) => ` stat:${values.filestatText(guest, args[4], layout)}`,
  fd_prestat_get: (guest, [, at]) => ` prestat:{directory name_len=${guest.u32(at + 4)}}`,
  fd_prestat_dir_name: (guest, [, at, length]) => ` path:${values.textAt(guest, at, length)}`,
  fd_readdir: (guest, args) => ` names:${values.direntsText(guest, args[1], guest.u32(args[4]))}`,
  path_readlink: (guest, args) => ` text:${values.textAt(guest, args[3], guest.u32(args[5]))}`,
  fd_read: (guest, [, at, count, nread]) => ` data:${values.buffersText(guest, at, count, guest.u32(nread))}`,
  fd_pread: (guest, args) => ` data:${values.buffersText(guest, args[1], args[2], guest.u32(args[4]))}`,
  sock_recv: (guest, args) => ` data:${values.buffersText(guest, args[1], args[2], guest.u32(args[4]))}`,
  poll_oneoff: (guest, [, at, , nevents]) => ` events:${values.eventsText(guest, at, guest.u32(nevents))}`,
};

/** Functions whose buffers are read, so that they are shown before the call. */
const SENDING: readonly FunctionName[] = ['fd_write', 'fd_pwrite', 'sock_send'];

/** What is not in the guest's memory: how many arguments and variables there are. */
export interface Counts {
  readonly args: number;
  readonly env: number;
}

/** A tracer that says one line per call of `name`; `proc_exit` is said before it happens, since it does not return. */
export function straceTracer(
  { name, parameters, layout }: { name: FunctionName; parameters: readonly Parameter[]; layout: Layout },
  known: Counts,
  say: (line: string) => void,
): Tracer {
  return (guest, args) => {
    const line = `${name}(${describe(name, parameters, args, guest, layout)})`;
    if (name === 'proc_exit') say(line);
    return (errno) => {
      if (errno !== 0) return say(`${line} = ${errnoName(errno)}`);
      const results = () =>
        resultsOf(parameters, args, guest) +
        (STRUCTURES[name]?.(guest, args as readonly number[], known, layout) ?? '');
      say(`${line} = SUCCESS${readable(results)}`);
    };
  };
}

/** A guest may have results written over what says where they are: nothing is shown then. */
function readable(text: () => string): string {
  try {
    return text();
  } catch (error) {
    if (error instanceof SystemError) return '';
    throw error;
  }
}

function describe(
  name: FunctionName,
  parameters: readonly Parameter[],
  args: readonly Value[],
  guest: Guest,
  layout: Layout,
): string {
  let next = 0;
  if (name === 'poll_oneoff') {
    const [at, out, count, nevents] = args as readonly number[];
    const asked = values.subscriptionsText(guest, at, count, layout);
    return `in=${asked}, out=${values.hex(out)}, nsubscriptions=${count}, nevents=${values.hex(nevents)}`;
  }
  const texts = parameters.map((parameter) => {
    const first = args[next] as number;
    const second = args[next + 1] as number;
    next += parameter.values.length;
    return `${parameter.name}=${argument(name, parameter, first, second, guest, layout)}`;
  });
  return texts.join(', ');
}

function argument(
  name: FunctionName,
  { type, out }: Parameter,
  first: number,
  second: number,
  guest: Guest,
  layout: Layout,
): string {
  if (type === 'string') return values.textAt(guest, first, second);
  if (type === 'iovecs') {
    return values.buffersText(guest, first, second, SENDING.includes(name) ? Number.POSITIVE_INFINITY : undefined);
  }
  return out ? values.hex(first) : values.valueText(type, first, layout);
}

function resultsOf(parameters: readonly Parameter[], args: readonly Value[], guest: Guest): string {
  let next = 0;
  let text = '';
  for (const { name, type, out, values: core } of parameters) {
    const at = args[next] as number;
    next += core.length;
    if (!out) continue;
    const value = WIDE.includes(type) ? guest.u64(at) : HALF.includes(type) ? guest.u16(at) : guest.u32(at);
    text += ` ${name}:${value}`;
  }
  return text;
}
