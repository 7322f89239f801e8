// Atomic accesses. https://github.com/WebAssembly/threads
// No other thread can run in the middle of one, so reading and writing plainly is atomic; waiting is in waits.ts.
import { Trap } from '../errors.ts';
import type { ModuleInstance } from '../runtime/instance.ts';
import { effectiveAddress, readBytes, writeBytes } from './access.ts';
import type { Access, Functions } from './rare.ts';
import { SLOTS as S } from './stack.ts';
import { notify } from './waits.ts';

/** Where an atomic access of `size` bytes goes. @throws Trap when it is not aligned to its size, or not inside. */
export function atomicAddress(inst: ModuleInstance, memory: number, a: number, offset: number, size: number): number {
  const p = effectiveAddress(inst.memories[memory], a, offset, size);
  if (p % size !== 0) throw new Trap('unaligned-atomic', `address ${p} for ${size} bytes`);
  return p;
}

type Operate = (old: number, value: number) => number;

/** On halves: the new low and high word of old (al, ah) and operand (bl, bh); the high one is left in `high`. */
let high = 0;
type Operate64 = (al: number, ah: number, bl: number, bh: number) => number;

// biome-ignore format: a table
const OPERATIONS: readonly (readonly [name: string, narrow: Operate, wide: Operate64])[] = [
  ['add',  (a, b) => a + b, (al, ah, bl, bh) => { const l = (al + bl) | 0; high = ah + bh + (l >>> 0 < al >>> 0 ? 1 : 0); return l; }],
  ['sub',  (a, b) => a - b, (al, ah, bl, bh) => { high = ah - bh - (al >>> 0 < bl >>> 0 ? 1 : 0); return al - bl; }],
  ['and',  (a, b) => a & b, (al, ah, bl, bh) => { high = ah & bh; return al & bl; }],
  ['or',   (a, b) => a | b, (al, ah, bl, bh) => { high = ah | bh; return al | bl; }],
  ['xor',  (a, b) => a ^ b, (al, ah, bl, bh) => { high = ah ^ bh; return al ^ bl; }],
  ['xchg', (_, b) => b,     (_al, _ah, bl, bh) => { high = bh; return bl; }],
];

/** Unsigned value of `size` bytes at p, into d; i64 results get a zero high word. */
function load(size: number, to64: boolean): Access {
  return (inst, d, a, _b, _c, offset, memory) => {
    const p = atomicAddress(inst, memory, a, offset, size);
    S[d] = readBytes(inst.memories[memory].M8, p, size);
    if (to64) S[d + 1] = 0;
  };
}

function store(size: number): Access {
  return (inst, _d, a, b, _c, offset, memory) => {
    const p = atomicAddress(inst, memory, a, offset, size);
    writeBytes(inst.memories[memory].M8, p, size, S[b]);
  };
}

function modify(size: number, to64: boolean, operate: Operate): Access {
  return (inst, d, a, b, _c, offset, memory) => {
    const p = atomicAddress(inst, memory, a, offset, size);
    const { M8 } = inst.memories[memory];
    const old = readBytes(M8, p, size);
    writeBytes(M8, p, size, operate(old, S[b]));
    S[d] = old;
    if (to64) S[d + 1] = 0;
  };
}

function modify64(operate: Operate64): Access {
  return (inst, d, a, b, _c, offset, memory) => {
    const p = atomicAddress(inst, memory, a, offset, 8);
    const { M8 } = inst.memories[memory];
    const [al, ah] = [readBytes(M8, p, 4), readBytes(M8, p + 4, 4)];
    writeBytes(M8, p, 4, operate(al, ah, S[b], S[b + 1]));
    writeBytes(M8, p + 4, 4, high);
    S[d] = al;
    S[d + 1] = ah;
  };
}

/**
 * Replaces S[c] for what is there if that equals S[b]. Narrow forms wrap both first: what the specification says since
 * https://github.com/WebAssembly/threads/issues/195
 */
function exchange(size: number, to64: boolean): Access {
  const mask = size === 4 ? -1 : 2 ** (8 * size) - 1;
  return (inst, d, a, b, c, offset, memory) => {
    const p = atomicAddress(inst, memory, a, offset, size);
    const { M8 } = inst.memories[memory];
    const old = readBytes(M8, p, size);
    if (old === (S[b] & mask)) writeBytes(M8, p, size, S[c]);
    S[d] = old;
    if (to64) S[d + 1] = 0;
  };
}

const exchange64: Access = (inst, d, a, b, c, offset, memory) => {
  const p = atomicAddress(inst, memory, a, offset, 8);
  const { M8 } = inst.memories[memory];
  const [lo, hi] = [readBytes(M8, p, 4), readBytes(M8, p + 4, 4)];
  if (lo === S[b] && hi === S[b + 1]) {
    writeBytes(M8, p, 4, S[c]);
    writeBytes(M8, p + 4, 4, S[c + 1]);
  }
  S[d] = lo;
  S[d + 1] = hi;
};

const load64: Access = (inst, d, a, _b, _c, offset, memory) => {
  const p = atomicAddress(inst, memory, a, offset, 8);
  const { M8 } = inst.memories[memory];
  S[d] = readBytes(M8, p, 4);
  S[d + 1] = readBytes(M8, p + 4, 4);
};

const store64: Access = (inst, _d, a, b, _c, offset, memory) => {
  const p = atomicAddress(inst, memory, a, offset, 8);
  const { M8 } = inst.memories[memory];
  writeBytes(M8, p, 4, S[b]);
  writeBytes(M8, p + 4, 4, S[b + 1]);
};

function all(): Functions<Access> {
  const table: Record<string, Access> = {
    'memory.atomic.notify': (inst, d, a, b, _c, offset, memory) => {
      const p = atomicAddress(inst, memory, a, offset, 4);
      S[d] = notify(inst.memories[memory], p, S[b] >>> 0);
    },
    'i64.atomic.load': load64,
    'i64.atomic.store': store64,
    'i64.atomic.rmw.cmpxchg': exchange64,
  };
  for (const [name, , wide] of OPERATIONS) table[`i64.atomic.rmw.${name}`] = modify64(wide);
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
    for (const [name, operate] of OPERATIONS) {
      table[`${type}.atomic.rmw${width}.${name}${suffix}`] = modify(size, to64, operate);
    }
    table[`${type}.atomic.rmw${width}.cmpxchg${suffix}`] = exchange(size, to64);
  }
  return table;
}

/** By mnemonic. */
export const ATOMIC_ACCESS: Functions<Access> = all();
