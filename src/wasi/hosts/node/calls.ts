// The functions of NodeWASI as JavaScript may call them: what node:wasi refuses before it looks at anything else.
// https://github.com/nodejs/node/blob/main/src/node_wasi.cc  What the functions then do is the system interface's.
// Wrong numbers of arguments and wrong kinds are INVAL. A negative number is a wrong kind, too, as node:wasi has it: so
// pointers of 2 GiB and more are INVAL here, which those of the class WASI are not.
import { ERRNO } from '../../host/errno.ts';
import type { HostFunction, Value } from '../../kernel/dispatcher.ts';
import { fits } from '../../kernel/interface.ts';
import type { GuestMemory } from '../../kernel/guest.ts';
import { type Parameter, resultSize } from '../../kernel/table.ts';
import {
  EVENT_SIZE,
  FDSTAT_SIZE,
  FUNCTIONS,
  type FunctionName,
  type Layout,
  parametersOf,
  PRESTAT_SIZE,
  typeOf,
} from '../../preview1/abi.ts';
import { coded } from './refusals.ts';

/** Of an iovec: pointer, length. */
const IOVEC_SIZE = 8;

/** What changes while a NodeWASI lives. Its functions keep this, not the object itself. */
export interface Run {
  /** Undefined until it is started. */
  memory: GuestMemory | undefined;
  exitCode: unknown;
}

/** A part of memory: the place of its pointer among the arguments, and its length, perhaps times an argument. */
interface Span {
  readonly at: number;
  readonly size: number;
  readonly times?: number;
  /** It holds pointers and lengths of buffers. */
  readonly buffers?: boolean;
}

/** Pointers whose type does not say how much they point to. */
function structures({ filestat, subscription }: Layout): Partial<Record<FunctionName, readonly Span[]>> {
  // What these two write, the system interface knows; where they begin has to lie in memory.
  const two: readonly Span[] = [
    { at: 0, size: 0 },
    { at: 1, size: 0 },
  ];
  return {
    args_get: two,
    environ_get: two,
    fd_fdstat_get: [{ at: 1, size: FDSTAT_SIZE }],
    fd_filestat_get: [{ at: 1, size: filestat.size }],
    fd_prestat_dir_name: [{ at: 1, size: 1, times: 2 }],
    fd_prestat_get: [{ at: 1, size: PRESTAT_SIZE }],
    fd_readdir: [{ at: 1, size: 1, times: 2 }],
    path_filestat_get: [{ at: 4, size: filestat.size }],
    path_readlink: [{ at: 3, size: 1, times: 4 }],
    poll_oneoff: [
      { at: 0, size: subscription.size, times: 2 },
      { at: 1, size: EVENT_SIZE, times: 2 },
    ],
    random_get: [{ at: 0, size: 1, times: 1 }],
  };
}

/** What one parameter points to. `at` is the place of its first value. */
function spanOf(parameter: Parameter, at: number): Span[] {
  const { type, out } = parameter;
  if (type === 'string') return [{ at, size: 1, times: at + 1 }];
  if (type === 'iovecs') return [{ at, size: IOVEC_SIZE, times: at + 1, buffers: true }];
  return out ? [{ at, size: resultSize(parameter) }] : [];
}

function isNegative(value: Value): boolean {
  return typeof value === 'number' && value < 0;
}

/** Whether a pointer of a call points outside of memory: at its end, too. */
function isOutside(bytes: Uint8Array, spans: readonly Span[], args: readonly Value[]): boolean {
  return spans.some(({ at, size, times, buffers }) => {
    const start = args[at] as number;
    const length = times === undefined ? size : size * (args[times] as number);
    if (start >= bytes.length || start + length > bytes.length) return true;
    return (
      buffers === true && buffersOutside(new DataView(bytes.buffer, bytes.byteOffset + start, length), bytes.length)
    );
  });
}

function buffersOutside(list: DataView, end: number): boolean {
  for (let at = 0; at < list.byteLength; at += IOVEC_SIZE) {
    const start = list.getUint32(at, true);
    if (start >= end || start + list.getUint32(at + 4, true) > end) return true;
  }
  return false;
}

/** One function, for JavaScript: `call` does the work. */
function checked(name: FunctionName, layout: Layout, run: Run, call: HostFunction): HostFunction {
  const parameters = parametersOf(name);
  const type = typeOf(name);
  const spans: Span[] = [...(structures(layout)[name] ?? [])];
  let at = 0;
  for (const parameter of parameters) {
    spans.push(...spanOf(parameter, at));
    at += parameter.values.length;
  }
  const made: HostFunction = (...args) => {
    if (!fits(type, args) || args.some(isNegative)) return ERRNO.INVAL;
    if (run.memory === undefined) throw notStarted();
    if (isOutside(run.memory.bytes, spans, args)) return ERRNO.OVERFLOW;
    const errno = call(...args);
    return errno === ERRNO.FAULT ? ERRNO.OVERFLOW : errno;
  };
  return named(made, name, type.params.length);
}

export function named<F extends (...args: never[]) => unknown>(made: F, name: string, length: number): F {
  Object.defineProperty(made, 'name', { value: name, configurable: true });
  return Object.defineProperty(made, 'length', { value: length, configurable: true });
}

function notStarted(): Error {
  // As Node makes it: this one has no code in its text.
  return Object.assign(new Error('wasi.start() has not been called'), { code: 'ERR_WASI_NOT_STARTED' });
}

/** Every function of a preview, in a plain object that belongs to its user. `calls` do the work. */
export function checkedCalls(
  layout: Layout,
  run: Run,
  calls: Readonly<Record<string, HostFunction>>,
): Record<string, HostFunction> {
  const names = Object.keys(FUNCTIONS) as FunctionName[];
  return Object.fromEntries(names.map((name) => [name, checked(name, layout, run, calls[name] as HostFunction)]));
}

export function alreadyStarted(closed = false): Error {
  const what = closed ? 'was closed, and its descriptors are: make a new one' : 'has already started';
  return coded(Error, 'ERR_WASI_ALREADY_STARTED', `WASI instance ${what}`);
}
