// Error numbers of system calls, as WASI preview 1 numbers them, and the error that carries one.
// https://github.com/WebAssembly/WASI/blob/wasi-0.1/preview1/docs.md#errno
// A host names what went wrong ('NOENT'); the dispatcher turns the name into the number that the guest sees.
// The one place that reads errors of hosts is here: `systemErrorOf`. Everything of a host that a guest can reach is held
// by kernel/held.ts, which asks it.
import { WasmError } from '../../errors.ts';
import { misfit, unknownName } from '../../options.ts';
import { frozenRecord } from '../../syntax/records.ts';

// biome-ignore format: a table
export const ERRNO = frozenRecord({
  SUCCESS: 0, '2BIG': 1, ACCES: 2, ADDRINUSE: 3, ADDRNOTAVAIL: 4, AFNOSUPPORT: 5, AGAIN: 6,
  ALREADY: 7, BADF: 8, BADMSG: 9, BUSY: 10, CANCELED: 11, CHILD: 12, CONNABORTED: 13,
  CONNREFUSED: 14, CONNRESET: 15, DEADLK: 16, DESTADDRREQ: 17, DOM: 18, DQUOT: 19, EXIST: 20,
  FAULT: 21, FBIG: 22, HOSTUNREACH: 23, IDRM: 24, ILSEQ: 25, INPROGRESS: 26, INTR: 27,
  INVAL: 28, IO: 29, ISCONN: 30, ISDIR: 31, LOOP: 32, MFILE: 33, MLINK: 34,
  MSGSIZE: 35, MULTIHOP: 36, NAMETOOLONG: 37, NETDOWN: 38, NETRESET: 39, NETUNREACH: 40, NFILE: 41,
  NOBUFS: 42, NODEV: 43, NOENT: 44, NOEXEC: 45, NOLCK: 46, NOLINK: 47, NOMEM: 48,
  NOMSG: 49, NOPROTOOPT: 50, NOSPC: 51, NOSYS: 52, NOTCONN: 53, NOTDIR: 54, NOTEMPTY: 55,
  NOTRECOVERABLE: 56, NOTSOCK: 57, NOTSUP: 58, NOTTY: 59, NXIO: 60, OVERFLOW: 61, OWNERDEAD: 62,
  PERM: 63, PIPE: 64, PROTO: 65, PROTONOSUPPORT: 66, PROTOTYPE: 67, RANGE: 68, ROFS: 69,
  SPIPE: 70, SRCH: 71, STALE: 72, TIMEDOUT: 73, TXTBSY: 74, XDEV: 75, NOTCAPABLE: 76,
} as const);

export type ErrnoName = keyof typeof ERRNO;

const NAMES = Object.keys(ERRNO) as ErrnoName[];
const NAME_SET: ReadonlySet<string> = new Set(NAMES);

/** The name of an error number, or the number in digits where preview 1 has none. */
export function errnoName(errno: number): string {
  return NAMES[errno] ?? String(errno);
}

function isErrnoName(name: string): name is ErrnoName {
  return NAME_SET.has(name);
}

/**
 * Something failed at a host, or a system call did: a guest that runs gets `errno`. Thrown by hosts and by the calls
 * themselves; embedders see it only where they open things for a guest (nodeDirectory, nodeListener).
 */
export class SystemError extends Error {
  readonly errno: ErrnoName;
  /** What else there is to say, for people; a guest gets the number alone. */
  readonly detail: string | undefined;
  constructor(errno: ErrnoName, detail?: string) {
    if (typeof errno !== 'string') throw misfit('SystemError: the errno', 'a name of ERRNO', errno);
    if (!isErrnoName(errno)) throw unknownName('SystemError', 'errno', errno, NAMES);
    super(detail === undefined ? errno : `${errno}: ${detail}`);
    this.name = 'SystemError';
    this.errno = errno;
    this.detail = detail;
  }
}

/** An error that one system interface has a number of its own for; its name is for people. */
export class OwnError extends SystemError {
  readonly number: number;
  constructor(name: string, number: number) {
    super('IO', name);
    this.number = number;
  }
}

const REFUSALS = new Map<ErrnoName, SystemError>();

/**
 * The SystemError to throw where the number says it all, which may be often: one for all, since making an Error takes the
 * JavaScript stack, which costs more than most system calls. So it cannot be changed, and has no stack to show.
 */
export function refused(errno: ErrnoName): SystemError {
  const known = REFUSALS.get(errno);
  if (known !== undefined) return known;
  const made = new SystemError(errno);
  REFUSALS.set(errno, Object.freeze(Object.defineProperty(made, 'stack', { value: String(made) })));
  return made;
}

/** Codes of Node's errors that are not "E" and one of our names. What is in no table is IO. */
// biome-ignore format: a table
const CODES: ReadonlyMap<unknown, ErrnoName> = new Map<string, ErrnoName>([
  ['EOPNOTSUPP', 'NOTSUP'], ['EPFNOSUPPORT', 'AFNOSUPPORT'], ['EWOULDBLOCK', 'AGAIN'], ['EDEADLOCK', 'DEADLK'],
  ['ESHUTDOWN', 'PIPE'], ['EHOSTDOWN', 'HOSTUNREACH'], ['ENONET', 'NETUNREACH'], ['ECHARSET', 'ILSEQ'],
  ['ERR_ACCESS_DENIED', 'ACCES'], ['ERR_INVALID_ARG_VALUE', 'INVAL'], ['ERR_OUT_OF_RANGE', 'FBIG'],
  ['ERR_FS_FILE_TOO_LARGE', 'FBIG'], ['ERR_FS_EISDIR', 'ISDIR'], ['ERR_STREAM_DESTROYED', 'PIPE'],
  ['ERR_STREAM_WRITE_AFTER_END', 'PIPE'], ['ERR_SOCKET_CLOSED', 'NOTCONN'], ['ERR_SOCKET_CONNECTION_TIMEOUT', 'TIMEDOUT'],
  ['ERR_SOCKET_CLOSED_BEFORE_CONNECTION', 'CONNABORTED'], ['ERR_STREAM_PREMATURE_CLOSE', 'CONNABORTED'],
]);

/** Names of DOMException, the errors of a browser's stores. https://webidl.spec.whatwg.org/#idl-DOMException-error-names */
// biome-ignore format: a table
const DOM_NAMES: ReadonlyMap<unknown, ErrnoName> = new Map<string, ErrnoName>([
  ['QuotaExceededError', 'NOSPC'], ['NotFoundError', 'NOENT'], ['NotAllowedError', 'ACCES'], ['SecurityError', 'ACCES'],
  ['NoModificationAllowedError', 'ACCES'], ['TypeMismatchError', 'NOTDIR'], ['InvalidModificationError', 'NOTEMPTY'],
  ['NotReadableError', 'IO'], ['NotSupportedError', 'NOTSUP'], ['TimeoutError', 'TIMEDOUT'], ['AbortError', 'CANCELED'],
  ['NetworkError', 'IO'], ['DataError', 'IO'], ['UnknownError', 'IO'], ['OperationError', 'IO'],
]);

/**
 * What something that a host has thrown means to a guest: a SystemError as it is, the codes of Node's errors and the
 * names of DOMExceptions by the tables above, IO for what has another code and for what is no Error at all.
 * Undefined where nothing failed at the host: an Error without a code is a bug of whoever wrote the provider, and what the
 * engine throws to stop a program (ExitStatus, Interrupted) stops it. Runs nothing that could throw out of here.
 */
export function systemErrorOf(error: unknown): SystemError | undefined {
  try {
    if (error instanceof WasmError) return undefined;
    const { errno, code, name } = (error ?? {}) as Record<'errno' | 'code' | 'name', unknown>;
    if (typeof errno === 'string' && isErrnoName(errno) && errno !== 'SUCCESS') {
      return error instanceof SystemError ? error : new SystemError(errno);
    }
    if (typeof code === 'string') return new SystemError(errnoOfCode(code));
    const known = DOM_NAMES.get(name);
    if (known !== undefined) return new SystemError(known);
    return error instanceof Error && !(error instanceof SystemError) ? undefined : new SystemError('IO');
  } catch {
    return new SystemError('IO');
  }
}

function errnoOfCode(code: string): ErrnoName {
  const known = CODES.get(code);
  if (known !== undefined) return known;
  const name = code.slice(1);
  return code.startsWith('E') && name !== 'SUCCESS' && isErrnoName(name) ? name : 'IO';
}

/** Does something at a host: what fails there is thrown as a SystemError, everything else as it is. */
export function atHost<T>(action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw systemErrorOf(error) ?? error;
  }
}

/** Does something at a host whose failure changes nothing any more, now or later: closing what is given up. */
export function quietly(action: () => unknown): void {
  try {
    const done = action() as { then?: unknown } | null | undefined;
    if (typeof done?.then === 'function') done.then(nothing, nothing);
  } catch {
    // Nobody is left to hear of it.
  }
}

function nothing(): void {}

/** Runs `action`; when it fails at the host with one of `expected` that gives undefined, all else goes on. */
export function unless<T>(expected: readonly ErrnoName[], action: () => T): T | undefined {
  try {
    return action();
  } catch (error) {
    const known = systemErrorOf(error);
    if (known !== undefined && expected.includes(known.errno)) return undefined;
    throw error;
  }
}
