// Atomic accesses. https://github.com/WebAssembly/threads
// They are JavaScript's Atomics, so that they hold against other threads of the host, too. What has no Atomics has no
// such threads, and reading and writing plainly is atomic; the same goes for 64 bits in a buffer that is not shared.
// Waiting is in waits.ts.
import { Trap } from '../errors.ts';
import type { ModuleInstance } from '../runtime/instance.ts';
import type { Memory } from '../runtime/memory.ts';
import { effectiveAddress, readAddress } from './access.ts';
import type { Access, Functions } from './rare.ts';
import { SLOTS as S } from './stack.ts';
import { notify } from './waits.ts';

/**
 * Where an atomic access of `size` bytes goes. Alignment is checked first, as the specification has it.
 * @throws Trap when it is not aligned to its size, or not inside.
 */
export function atomicAddress(inst: ModuleInstance, memory: number, a: number, offset: number, size: number): number {
  // The low words are enough, and exact: an i64 address may be rounded.
  if (((S[a] + offset) & (size - 1)) !== 0) {
    const p = readAddress(inst.memories[memory].type, a) + (offset >>> 0);
    throw new Trap('unaligned-atomic', `address ${p} for ${size} bytes`);
  }
  return effectiveAddress(inst.memories[memory], a, offset, size);
}

type Cells = Uint8Array | Uint16Array | Int32Array;
type Operate = (old: number, value: number) => number;

/** On halves: the new low and high word of old (al, ah) and operand (bl, bh); the high one is left in `high`. */
let high = 0;
type Operate64 = (al: number, ah: number, bl: number, bh: number) => number;

type Operator = 'add' | 'sub' | 'and' | 'or' | 'xor' | 'exchange';

// biome-ignore format: a table
const OPERATIONS: readonly (readonly [name: string, atomic: Operator, narrow: Operate, wide: Operate64])[] = [
  ['add',  'add', (a, b) => a + b, (al, ah, bl, bh) => { const l = (al + bl) | 0; high = ah + bh + (l >>> 0 < al >>> 0 ? 1 : 0); return l; }],
  ['sub',  'sub', (a, b) => a - b, (al, ah, bl, bh) => { high = ah - bh - (al >>> 0 < bl >>> 0 ? 1 : 0); return al - bl; }],
  ['and',  'and', (a, b) => a & b, (al, ah, bl, bh) => { high = ah & bh; return al & bl; }],
  ['or',   'or',  (a, b) => a | b, (al, ah, bl, bh) => { high = ah | bh; return al | bl; }],
  ['xor',  'xor', (a, b) => a ^ b, (al, ah, bl, bh) => { high = ah ^ bh; return al ^ bl; }],
  ['xchg', 'exchange', (_, b) => b, (_al, _ah, bl, bh) => { high = bh; return bl; }],
];

const HAS_ATOMICS = typeof Atomics !== 'undefined';

/** The view in which `size` bytes are one cell; its index is the address divided by the size. */
function cells(memory: Memory, size: number): Cells {
  return size === 1 ? memory.M8 : size === 2 ? memory.M16 : memory.M32;
}

/** Unsigned value of `size` bytes at p, into d; i64 results get a zero high word. */
function load(size: number, to64: boolean): Access {
  return (inst, d, a, _b, _c, offset, index) => {
    const memory = inst.memories[index];
    const p = atomicAddress(inst, index, a, offset, size);
    S[d] = HAS_ATOMICS ? Atomics.load(cells(memory, size), p / size) : cells(memory, size)[p / size];
    if (to64) S[d + 1] = 0;
  };
}

function store(size: number): Access {
  return (inst, _d, a, b, _c, offset, index) => {
    const memory = inst.memories[index];
    const p = atomicAddress(inst, index, a, offset, size);
    if (HAS_ATOMICS) Atomics.store(cells(memory, size), p / size, S[b]);
    else cells(memory, size)[p / size] = S[b];
  };
}

function modify(size: number, to64: boolean, atomic: Operator, operate: Operate): Access {
  const operateAtomically = HAS_ATOMICS ? Atomics[atomic] : undefined;
  return (inst, d, a, b, _c, offset, index) => {
    const p = atomicAddress(inst, index, a, offset, size);
    const view = cells(inst.memories[index], size);
    let old: number;
    if (operateAtomically !== undefined) old = operateAtomically(view as Int32Array, p / size, S[b]);
    else {
      old = view[p / size];
      view[p / size] = operate(old, S[b]);
    }
    S[d] = old;
    if (to64) S[d + 1] = 0;
  };
}

/**
 * Replaces S[c] for what is there if that equals S[b]. Narrow forms wrap both first: what the specification says since
 * https://github.com/WebAssembly/threads/issues/195
 */
function exchange(size: number, to64: boolean): Access {
  const mask = size === 4 ? -1 : 2 ** (8 * size) - 1;
  return (inst, d, a, b, c, offset, index) => {
    const p = atomicAddress(inst, index, a, offset, size);
    const view = cells(inst.memories[index], size);
    let old: number;
    if (HAS_ATOMICS) old = Atomics.compareExchange(view as Int32Array, p / size, S[b], S[c]);
    else {
      old = view[p / size];
      if (old === (S[b] & mask)) view[p / size] = S[c];
    }
    S[d] = old;
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

function modify64(atomic: Operator, operate: Operate64): Access {
  const operateAtomically = HAS_ATOMICS ? (Atomics[atomic] as Atomics['add']) : undefined;
  return (inst, d, a, b, _c, offset, index) => {
    const p = atomicAddress(inst, index, a, offset, 8);
    const { M32, M64 } = inst.memories[index];
    if (M64 !== undefined && operateAtomically !== undefined) {
      putWide(d, operateAtomically(M64, p / 8, wideAt(b)));
      return;
    }
    const at = p / 4;
    const [al, ah] = [M32[at], M32[at + 1]];
    M32[at] = operate(al, ah, S[b], S[b + 1]);
    M32[at + 1] = high;
    S[d] = al;
    S[d + 1] = ah;
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

function all(): Functions<Access> {
  const table: Record<string, Access> = {
    'memory.atomic.notify': (inst, d, a, b, _c, offset, index) => {
      const p = atomicAddress(inst, index, a, offset, 4);
      S[d] = notify(inst.memories[index], p, S[b] >>> 0);
    },
    'i64.atomic.load': load64,
    'i64.atomic.store': store64,
    'i64.atomic.rmw.cmpxchg': exchange64,
  };
  for (const [name, atomic, , wide] of OPERATIONS) table[`i64.atomic.rmw.${name}`] = modify64(atomic, wide);
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
    for (const [name, atomic, operate] of OPERATIONS) {
      table[`${type}.atomic.rmw${width}.${name}${suffix}`] = modify(size, to64, atomic, operate);
    }
    table[`${type}.atomic.rmw${width}.cmpxchg${suffix}`] = exchange(size, to64);
  }
  return table;
}

/** By mnemonic. */
export const ATOMIC_ACCESS: Functions<Access> = all();
