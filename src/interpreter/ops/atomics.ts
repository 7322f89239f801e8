// Atomic accesses. https://github.com/WebAssembly/threads
// They are JavaScript's Atomics, so that they hold against other threads of the host, too. A host without Atomics has no
// such threads, and reading and writing plainly is atomic; the same goes for 64 bits in a buffer that is not shared.
// Waiting is in waits.ts.
import { readWords, writeWords } from '../../syntax/bits.ts';
import { Trap } from '../../errors.ts';
import type { ModuleInstance } from '../../runtime/instance.ts';
import type { Memory } from '../../runtime/memory.ts';
import { effectiveAddress, exactAddress } from './access.ts';
import type { Access } from './shapes.ts';
import { SLOTS as S } from '../state/stack.ts';
import { notify } from '../../runtime/notify.ts';

/**
 * Where an atomic access of `size` bytes goes. Alignment is checked first, as the specification has it.
 * @throws Trap when it is not aligned to its size, or not inside.
 */
export function atomicAddress(inst: ModuleInstance, memory: number, a: number, offset: number, size: number): number {
  // The low words are enough, and exact: an i64 address may be rounded.
  if (((S[a] + offset) & (size - 1)) !== 0) {
    const p = exactAddress(inst.memories[memory].type, a) + BigInt(offset >>> 0);
    throw new Trap('unaligned-atomic', `address ${p} for ${size} bytes`);
  }
  return effectiveAddress(inst.memories[memory], a, offset, size);
}

type Cells = Uint8Array | Uint16Array | Int32Array;
type Operator = 'add' | 'sub' | 'and' | 'or' | 'xor' | 'exchange';

/** What an operator does, with numbers or with bigints; the cell cuts off what it does not hold. */
type Operate = (old: number, value: number) => number;
type OperateWide = (old: bigint, value: bigint) => bigint;

// biome-ignore format: a table
const OPERATIONS: readonly (readonly [name: string, atomic: Operator, operate: Operate])[] = [
  ['add',  'add', (a, b) => a + b],
  ['sub',  'sub', (a, b) => a - b],
  ['and',  'and', (a, b) => a & b],
  ['or',   'or',  (a, b) => a | b],
  ['xor',  'xor', (a, b) => a ^ b],
  ['xchg', 'exchange', (_, b) => b],
];

/** What is used of Atomics, in hosts that have none. */
function plainAtomics(): Atomics {
  const plain: Record<string, (cells: Cells, at: number, ...values: number[]) => number> = {
    load: (cells, at) => cells[at],
    store: (cells, at, value) => (cells[at] = value),
    compareExchange(cells, at, expected, value) {
      const old = cells[at];
      cells[at] = expected;
      cells[at] = cells[at] === old ? value : old;
      return old;
    },
  };
  for (const [, atomic, operate] of OPERATIONS) {
    plain[atomic] = (cells, at, value) => {
      const old = cells[at];
      cells[at] = operate(old, value);
      return old;
    };
  }
  return plain as unknown as Atomics;
}

const A = typeof Atomics === 'undefined' ? plainAtomics() : Atomics;

/** The view in which `size` bytes are one cell; its index is the address divided by the size. */
function cells(memory: Memory, size: number): Int32Array {
  return (size === 1 ? memory.M8 : size === 2 ? memory.M16 : memory.M32) as Int32Array;
}

/** Unsigned value of `size` bytes at p, into d; i64 results get a zero high word. */
function load(size: number, to64: boolean): Access {
  return (inst, d, a, _b, _c, offset, index) => {
    const p = atomicAddress(inst, index, a, offset, size);
    S[d] = A.load(cells(inst.memories[index], size), p / size);
    if (to64) S[d + 1] = 0;
  };
}

function store(size: number): Access {
  return (inst, _d, a, b, _c, offset, index) => {
    const p = atomicAddress(inst, index, a, offset, size);
    A.store(cells(inst.memories[index], size), p / size, S[b]);
  };
}

function modify(size: number, to64: boolean, atomic: Operator): Access {
  const operate = A[atomic];
  return (inst, d, a, b, _c, offset, index) => {
    const p = atomicAddress(inst, index, a, offset, size);
    S[d] = operate(cells(inst.memories[index], size), p / size, S[b]);
    if (to64) S[d + 1] = 0;
  };
}

/**
 * Replaces S[c] for what is there if that equals S[b]. Narrow forms wrap both first: what the specification says since
 * https://github.com/WebAssembly/threads/issues/195
 */
function exchange(size: number, to64: boolean): Access {
  return (inst, d, a, b, c, offset, index) => {
    const p = atomicAddress(inst, index, a, offset, size);
    S[d] = A.compareExchange(cells(inst.memories[index], size), p / size, S[b], S[c]);
    if (to64) S[d + 1] = 0;
  };
}

// ------------------------------------------------------------------------------------------------------------- 64 bits

/** Two words, and the same as one integer. */
const WORDS = new Int32Array(2);
const WIDE = typeof BigInt64Array === 'undefined' ? undefined : new BigInt64Array(WORDS.buffer);

/** The two words at S[at] as one integer. */
function wideAt(at: number): bigint {
  WORDS[0] = S[at];
  WORDS[1] = S[at + 1];
  return (WIDE as BigInt64Array)[0];
}

function putWide(d: number, value: bigint): void {
  (WIDE as BigInt64Array)[0] = value;
  S[d] = WORDS[0];
  S[d + 1] = WORDS[1];
}

/** In a buffer that nobody else can hold in two words, which is slower, and rare. */
function modify64(atomic: Operator, operate: OperateWide): Access {
  const operateAtomically = A[atomic] as Atomics['add'];
  return (inst, d, a, b, _c, offset, index) => {
    const p = atomicAddress(inst, index, a, offset, 8);
    const { M32, M64 } = inst.memories[index];
    if (M64 !== undefined) {
      putWide(d, operateAtomically(M64, p / 8, wideAt(b)));
      return;
    }
    const old = readWords(M32, p / 4, 2);
    writeWords(M32, p / 4, 2, operate(old, readWords(S, b, 2)));
    writeWords(S, d, 2, old);
  };
}

const exchange64: Access = (inst, d, a, b, c, offset, index) => {
  const p = atomicAddress(inst, index, a, offset, 8);
  const { M32, M64 } = inst.memories[index];
  if (M64 !== undefined) {
    const replacement = wideAt(c);
    putWide(d, Atomics.compareExchange(M64, p / 8, wideAt(b), replacement));
    return;
  }
  const at = p / 4;
  const [lo, hi] = [M32[at], M32[at + 1]];
  if (lo === S[b] && hi === S[b + 1]) {
    M32[at] = S[c];
    M32[at + 1] = S[c + 1];
  }
  S[d] = lo;
  S[d + 1] = hi;
};

const load64: Access = (inst, d, a, _b, _c, offset, index) => {
  const p = atomicAddress(inst, index, a, offset, 8);
  const { M32, M64 } = inst.memories[index];
  if (M64 !== undefined) {
    putWide(d, Atomics.load(M64, p / 8));
    return;
  }
  S[d] = M32[p / 4];
  S[d + 1] = M32[p / 4 + 1];
};

const store64: Access = (inst, _d, a, b, _c, offset, index) => {
  const p = atomicAddress(inst, index, a, offset, 8);
  const { M32, M64 } = inst.memories[index];
  if (M64 !== undefined) {
    Atomics.store(M64, p / 8, wideAt(b));
    return;
  }
  M32[p / 4] = S[b];
  M32[p / 4 + 1] = S[b + 1];
};

type Modify = 'add' | 'sub' | 'and' | 'or' | 'xor' | 'xchg' | 'cmpxchg';
type Narrow<Width extends string> = `load${Width}_u` | `store${Width}` | `rmw${Width}.${Modify}_u`;
/** What the loops below make. */
type AtomicName =
  | 'memory.atomic.notify'
  | `${'i32' | 'i64'}.atomic.${'load' | 'store' | `rmw.${Modify}`}`
  | `i32.atomic.${Narrow<'8' | '16'>}`
  | `i64.atomic.${Narrow<'8' | '16' | '32'>}`;

function all(): Readonly<Record<AtomicName, Access>> {
  const table: Record<string, Access> = {
    'memory.atomic.notify': (inst, d, a, b, _c, offset, index) => {
      const p = atomicAddress(inst, index, a, offset, 4);
      S[d] = notify(inst.memories[index], p, S[b] >>> 0);
    },
    'i64.atomic.load': load64,
    'i64.atomic.store': store64,
    'i64.atomic.rmw.cmpxchg': exchange64,
  };
  for (const [name, atomic, operate] of OPERATIONS) {
    table[`i64.atomic.rmw.${name}`] = modify64(atomic, operate as unknown as OperateWide);
  }
  const narrow = [
    ['i32', '', 4],
    ['i32', '8', 1],
    ['i32', '16', 2],
    ['i64', '8', 1],
    ['i64', '16', 2],
    ['i64', '32', 4],
  ] as const;
  for (const [type, width, size] of narrow) {
    const to64 = type === 'i64';
    const suffix = width === '' ? '' : '_u';
    table[`${type}.atomic.load${width}${suffix}`] = load(size, to64);
    table[`${type}.atomic.store${width}`] = store(size);
    for (const [name, atomic] of OPERATIONS) {
      table[`${type}.atomic.rmw${width}.${name}${suffix}`] = modify(size, to64, atomic);
    }
    table[`${type}.atomic.rmw${width}.cmpxchg${suffix}`] = exchange(size, to64);
  }
  return table as Record<AtomicName, Access>;
}

/** By mnemonic. */
export const ATOMIC_ACCESS = all();
