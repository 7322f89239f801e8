// A small system interface of a table of its own: what another one than preview 1 has to say, and what the compiler says.
// Lines after @ts-expect-error are refused by `npm run typecheck`, which fails where one is not.
import { describe, expect, it } from 'vitest';
import { ExitStatus } from '../../errors.ts';
import { I32, I64 } from '../../syntax/types.ts';
import { refused } from '../host/errno.ts';
import { seededRandom, VirtualClock } from '../hosts/memory.ts';
import type { FUNCTIONS } from '../preview1/abi.ts';
import { argsGet } from '../preview1/args.ts';
import { fdPread, fdRead } from '../preview1/fd-io.ts';
import { pathLink, pathRename } from '../preview1/path.ts';
import { buffer } from './cost.ts';
import type { Call } from './dispatcher.ts';
import { type BufferMemory, Guests, memoryOf } from './guest.ts';
import { importsOf, interfaceOf } from './interface.ts';
import { Process } from './process.ts';
import { PREVIEW_RULES } from './rules.ts';
import { Callers } from './guest-thread.ts';
import { hex } from './strace-values.ts';
import { type CallsOf, declarationsOf, implement } from './table.ts';

const SMALL = {
  clock_shift: 'by:filedelta time:timestamp shifted:*timestamp',
  name_find: 'name:string found:*roflags',
  sum_of: 'iovs:iovecs sum:*size',
  leave: 'code:exitcode noreturn',
} as const;

const CALLS: CallsOf<typeof SMALL> = {
  clock_shift: ({ guest }, by, time, shifted) => guest.setU64(shifted, BigInt.asUintN(64, time + by)),
  name_find: ({ guest }, name, length, found) => {
    if (length === 0) throw refused('NOENT');
    guest.setU16(found, guest.u8(name));
  },
  sum_of: ({ guest }, iovs, count, sum) => {
    const { buffers } = guest.buffers(iovs, count, 0);
    guest.setU32(
      sum,
      buffers.reduce((all, one) => one.reduce((sum, byte) => sum + byte, all), 0),
    );
  },
  leave: ({ process }, code) => process.exit(code),
};

function made() {
  const lines: string[] = [];
  const memory: BufferMemory = { buffer: new ArrayBuffer(0x1000) };
  const guests = new Guests();
  guests.named.bound = memoryOf(memory);
  const process = new Process({ args: [], env: {}, clock: new VirtualClock(), random: seededRandom(1) });
  const parts = {
    declared: declarationsOf(SMALL),
    calls: implement<typeof SMALL>()(CALLS),
    prices: { name_find: [[buffer, 0]] } as const,
    texts: {
      value: (type: string, value: number | bigint) => (type === 'exitcode' ? `code ${value}` : hex(value)),
      sending: ['sum_of'] as const,
      arguments: {},
      results: { name_find: () => ' (found)' },
    },
  };
  const functions = interfaceOf(
    parts,
    { mode: 'sync', guests, callers: new Callers(process), rules: PREVIEW_RULES },
    (line) => lines.push(line),
  );
  return { lines, functions, imports: importsOf(functions), view: new DataView(memory.buffer as ArrayBuffer) };
}

describe('a table of system functions', () => {
  it('says the core types of its functions, and how their arguments arrive', () => {
    const { functions } = made();
    expect(Object.keys(functions)).toEqual(Object.keys(SMALL));
    expect(functions['clock_shift']?.type).toEqual({ kind: 'func', params: [I64, I64, I32], results: [I32] });
    expect(functions['name_find']?.type).toEqual({ kind: 'func', params: [I32, I32, I32], results: [I32] });
    expect(functions['leave']?.type).toEqual({ kind: 'func', params: [I32], results: [] });
    expect(declarationsOf(SMALL).map(({ coercions }) => coercions.join(' '))).toEqual([
      's64 u64 u32',
      'u32 u32 u32',
      'u32 u32 u32',
      'u32',
    ]);
  });

  it('is all that another interface has to bring, besides its functions', () => {
    const { lines, imports, view } = made();
    expect(imports['clock_shift']?.(-2n, -1n, 0x10)).toBe(0);
    expect(view.getBigUint64(0x10, true)).toBe(0xffff_ffff_ffff_fffdn);
    view.setUint8(0x20, 0x61);
    expect(imports['name_find']?.(0x20, 1, 0x30)).toBe(0);
    expect(view.getUint32(0x30, true)).toBe(0x61);
    expect(imports['name_find']?.(0x20, 0, 0x30)).toBe(44);
    expect(imports['name_find']?.(0x20, 1n, 0x30)).toBe(28);
    view.setUint32(0x40, 0x20, true);
    view.setUint32(0x44, 1, true);
    expect(imports['sum_of']?.(0x40, 1, 0x48)).toBe(0);
    expect(() => imports['leave']?.(3)).toThrow(ExitStatus);
    expect(lines).toEqual([
      'clock_shift(by=0x-2, time=0xffffffffffffffff, shifted=0x10) = SUCCESS shifted:18446744073709551613',
      'name_find(name="a", found=0x30) = SUCCESS found:97 (found)',
      'name_find(name="", found=0x30) = NOENT',
      'sum_of(iovs=["a"], sum=0x48) = SUCCESS sum:97',
      'leave(code=code 3)',
    ]);
  });

  it('prices what its types and its own list name', () => {
    const { functions } = made();
    const cost = (name: string, ...args: number[]) => functions[name]?.cost(undefined, args, 0) ?? 0;
    expect(cost('name_find', 0, 0x800, 0)).toBeGreaterThan(cost('name_find', 0, 1, 0));
    expect(cost('leave', 0)).toBe(cost('leave', 9));
  });
});

it('lets no system call stand for another one that is declared otherwise', () => {
  // What is refused is refused by the compiler: when this runs, nothing is left to look at.
  type Of<Name extends keyof typeof FUNCTIONS> = Pick<typeof FUNCTIONS, Name>;
  const links = { path_link: pathLink, path_rename: pathRename };
  expect(implement<Of<'path_link' | 'path_rename'>>()(links)).toBe(links);
  // @ts-expect-error: path_link has flags that path_rename has not.
  implement<Of<'path_link'>>()({ path_link: pathRename });
  // @ts-expect-error: it has one argument less.
  implement<Of<'path_rename'>>()({ path_rename: pathLink });
  const reads = { fd_read: fdRead, fd_pread: fdPread };
  expect(implement<Of<'fd_read' | 'fd_pread'>>()(reads)).toBe(reads);
  // @ts-expect-error: the offset is a bigint.
  implement<Of<'fd_pread'>>()({ fd_pread: fdRead });
  // @ts-expect-error: there is no offset.
  implement<Of<'fd_read'>>()({ fd_read: fdPread });
  // @ts-expect-error: one is missing.
  implement<Of<'fd_read' | 'fd_pread'>>()({ fd_read: fdRead });
  // @ts-expect-error: the table does not have this one.
  implement<Of<'args_get'>>()({ args_get: argsGet, args_sizes_get: argsGet });
  // @ts-expect-error: an error number is thrown and not returned.
  implement<typeof SMALL>()({ ...CALLS, leave: (_call: Call, code: number) => code });
  // @ts-expect-error: it takes less than the function is given.
  implement<typeof SMALL>()({ ...CALLS, leave: (_call: Call) => undefined });
});
