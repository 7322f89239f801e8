// A guest for tests: 64 KiB of memory and calls by name, as a compiled program would make them.
import { compile } from '../index.ts';
import { assemble } from '../text/index.ts';
import { ERRNO, errnoName } from './host/errno.ts';
import { type HostFunction, type Value, WASI, type WasiOptions } from './index.ts';
import { encodeUtf8, decodeUtf8 } from '../syntax/utf8.ts';

const ALL = 0xffff_ffff_ffff_ffffn;
/** Base and inheriting rights that ask for everything a preopened directory can pass on. */
export const EVERYTHING = BigInt.asUintN(64, ALL);

/** Where results are written, and where paths and buffers start. */
const OUT = 0x100;
export const BUFFER = 0x8000;

const MODULES = new Map<string, ReturnType<typeof compile>>();

/** A module that imports functions of one parameter. */
function moduleThat(moduleName: string, importing: readonly string[]): ReturnType<typeof compile> {
  const imports = importing.map((name) => `(import "${moduleName}" "${name}" (func (param i32)))`).join('');
  const made = MODULES.get(imports) ?? compile(assemble(`(module ${imports})`));
  MODULES.set(imports, made);
  return made;
}

export class TestGuest {
  readonly wasi: WASI;
  bytes: Uint8Array = new Uint8Array(0x1_0000);
  private readonly functions: Readonly<Record<string, HostFunction>>;

  /** `importing`: the functions are those for a module that imports these of WASIX. */
  constructor(options: WasiOptions = {}, moduleName = 'wasi_snapshot_preview1', importing?: readonly string[]) {
    this.wasi = new WASI({ mode: 'sync', ...options });
    this.wasi.bind({ memory: this });
    const all = importing === undefined ? this.wasi.imports : this.wasi.importsFor(moduleThat(moduleName, importing));
    this.functions = all[moduleName] as Readonly<Record<string, HostFunction>>;
  }

  /** A guest of WASIX, of the generation of January 2023 or of a later one. */
  static wasix(options: WasiOptions = {}, { isFirst = false } = {}): TestGuest {
    return new TestGuest(options, 'wasix_32v1', [isFirst ? 'proc_exit' : 'unused']);
  }

  /** Calls and answers with what the function answers with: an errno, or a promise of it. i32 may be given unsigned. */
  raw(name: string, ...args: readonly Value[]): unknown {
    const core = args.map((arg) => (typeof arg === 'number' ? arg | 0 : BigInt.asIntN(64, arg)));
    return (this.functions[name] as HostFunction)(...core);
  }

  /** Calls and answers with the name of the errno. */
  call(name: string, ...args: readonly Value[]): string {
    const errno = this.raw(name, ...args);
    if (typeof errno !== 'number') throw new TypeError(`${name} had to wait`);
    return errnoName(errno);
  }

  /** Puts a text into memory: pointer and length as two arguments. */
  text(text: string | Uint8Array, at = 0x1000): [number, number] {
    const bytes = typeof text === 'string' ? encodeUtf8(text) : text;
    if (at + bytes.length > BUFFER) throw new RangeError('text too long for the test memory');
    this.bytes.set(bytes, at);
    return [at, bytes.length];
  }

  u32(at: number): number {
    return new DataView(this.bytes.buffer).getUint32(at, true);
  }

  u64(at: number): bigint {
    return new DataView(this.bytes.buffer).getBigUint64(at, true);
  }

  setU32(at: number, value: number): void {
    new DataView(this.bytes.buffer).setUint32(at, value, true);
  }

  setU64(at: number, value: bigint): void {
    new DataView(this.bytes.buffer).setBigUint64(at, value, true);
  }

  /** Opens below descriptor 3 (or another): the new descriptor, or the name of the errno. */
  open(
    path: string,
    { oflags = 0, base = 0n, inheriting = 0n, fdflags = 0, dirflags = 0, fd = 3 } = {},
  ): number | string {
    const errno = this.call('path_open', fd, dirflags, ...this.text(path), oflags, base, inheriting, fdflags, OUT);
    return errno === 'SUCCESS' ? this.u32(OUT) : errno;
  }

  /** Reads up to `length` bytes as text, or the name of the errno. */
  read(fd: number, length = 100): string {
    this.setU32(OUT, BUFFER);
    this.setU32(OUT + 4, length);
    const errno = this.call('fd_read', fd, OUT, 1, OUT + 8);
    return errno === 'SUCCESS' ? (decodeUtf8(this.bytes, BUFFER, BUFFER + this.u32(OUT + 8)) ?? '?') : `errno ${errno}`;
  }

  /** Writes a text: the number of bytes written, or the name of the errno. */
  write(fd: number, text: string): number | string {
    const [at, length] = this.text(text);
    this.setU32(OUT, at);
    this.setU32(OUT + 4, length);
    const errno = this.call('fd_write', fd, OUT, 1, OUT + 8);
    return errno === 'SUCCESS' ? this.u32(OUT + 8) : errno;
  }

  /** A call on one path: the name of the errno. */
  path(name: string, path: string, fd = 3): string {
    return this.call(name, fd, ...this.text(path));
  }

  symlink(text: string, path: string): string {
    return this.call('path_symlink', ...this.text(text, 0x3000), 3, ...this.text(path));
  }

  rename(from: string, to: string): string {
    return this.call('path_rename', 3, ...this.text(from), 3, ...this.text(to, 0x3000));
  }

  link(from: string, to: string): string {
    return this.call('path_link', 3, 0, ...this.text(from), 3, ...this.text(to, 0x3000));
  }

  /** The type number and size of what is at a path, or the name of the errno. */
  stat(path: string, follow = true): string | { type: number; size: bigint; inode: bigint } {
    const errno = this.call('path_filestat_get', 3, follow ? 1 : 0, ...this.text(path), OUT);
    if (errno !== 'SUCCESS') return errno;
    return { type: this.bytes[OUT + 16] as number, size: this.u64(OUT + 32), inode: this.u64(OUT + 8) };
  }
}

/** The number of an errno, for functions that are called raw. */
export const errno = ERRNO;
