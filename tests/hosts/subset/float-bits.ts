// Bits of NaNs: every operator that gives floats, on canonical NaNs, infinities and numbers, so often that each compiler of
// the host has had the engine's code. JavaScript leaves the bits of a NaN to its engine; WebAssembly does not.
// https://webassembly.github.io/spec/core/exec/numerics.html#nan-propagation
// The text is made from the instruction table where Node is; only `checkFloatBits` runs in the hosts.
import { F32, V128, type ValType } from '../../../src/syntax/types.ts';
import { FLOAT_OPERATORS, type FloatOperator, type FloatWidth } from '../../../src/testing/float-operators.ts';
import type { Namespace, Tally } from './types.ts';

/** Operands by width, as bits: the first ones hold canonical NaNs alone, the last ones others. */
const CANONICAL = {
  32: [0x7fc00000, 0xffc00000, 0x7f800000, 0xff800000, 0, 0x80000000, 0x3f800000, 0xbfc00000, 0x7f7fffff],
  64: [0x7ff80000, 0xfff80000, 0x7ff00000, 0xfff00000, 0, 0x80000000, 0x3ff00000, 0xbff80000, 0x7fefffff],
} as const;
const OTHERS = { 32: [0x7fa00000, 0xffffffff], 64: [0x7ff40000, 0xffffffff] } as const;
const COUNT = CANONICAL[32].length + OTHERS[32].length;

/** Where operands of a width begin, 8 bytes each, and results, 16 bytes each. */
const PLACE = { 32: 0, 64: 256 } as const;
const RESULTS = 1024;

const MOVING = [...FLOAT_OPERATORS.values()].filter(({ moves }) => moves).map(({ name }) => name);
const typeName = (t: ValType): string => (t === F32 ? 'f32' : t === V128 ? 'v128' : 'f64');

/** An operand: number $a or $b of a width. */
function load(t: ValType, width: FloatWidth, which: string): string {
  const word = t === V128 ? `v128.load${width}_splat` : `${typeName(t)}.load`;
  return `(${word} offset=${PLACE[width]} (i32.shl (local.get ${which}) (i32.const 3)))`;
}

/** How an operator is used: its result is stored, kept in a local, or goes to another operator. */
const SHAPES: Readonly<Record<string, (one: FloatOperator, call: string, store: (value: string) => string) => string>> =
  {
    stored: (_, call, store) => store(call),
    kept: (_, call, store) => `(local.set $r ${call}) ${store('(local.get $r)')}`,
    used: ({ push, to }, call, store) => {
      const add = push === V128 ? (to === 32 ? 'f32x4.add' : 'f64x2.add') : `${typeName(push)}.add`;
      return store(`(${add} ${call} ${load(push, to, '$b')})`);
    },
  };

/** A function for each operator and shape: all pairs of operands, `rounds` times; results from RESULTS on. */
function functionText(one: FloatOperator, shape: string): string {
  const { name, pops, push, from } = one;
  const lane = one.lane ? ' 0' : '';
  const operands = pops.map((t, i) => load(t, t === V128 ? from : t === F32 ? 32 : 64, i === 0 ? '$a' : '$b'));
  const call = `(${name}${lane} ${operands.join(' ')})`;
  const store = (value: string): string => `(${typeName(push)}.store offset=${RESULTS} (local.get $d) ${value})`;
  return `(func (export "${name} ${shape}") (param $rounds i32)
    (local $a i32) (local $b i32) (local $d i32) (local $r ${typeName(push)})
    (loop $round
      (local.set $d (i32.const 0)) (local.set $a (i32.const 0))
      (loop $as
        (local.set $b (i32.const 0))
        (loop $bs
          ${SHAPES[shape](one, call, store)}
          (local.set $d (i32.add (local.get $d) (i32.const 16)))
          (br_if $bs (i32.lt_u (local.tee $b (i32.add (local.get $b) (i32.const 1))) (i32.const ${COUNT}))))
        (br_if $as (i32.lt_u (local.tee $a (i32.add (local.get $a) (i32.const 1))) (i32.const ${COUNT}))))
      (br_if $round (local.tee $rounds (i32.sub (local.get $rounds) (i32.const 1))))))`;
}

/** The module in the text format. */
export function floatBitsText(): string {
  const functions = [...FLOAT_OPERATORS.values()].flatMap((one) =>
    Object.keys(SHAPES).map((shape) => functionText(one, shape)),
  );
  return `(module (memory (export "memory") 1)\n${functions.join('\n')})`;
}

function writeOperands(words: Uint32Array): void {
  for (const width of [32, 64] as const) {
    [...CANONICAL[width], ...OTHERS[width]].forEach((bits, i) => {
      const at = PLACE[width] / 4 + 2 * i;
      words[at] = width === 32 ? bits : 0;
      words[at + 1] = width === 32 ? 0 : bits;
    });
  }
}

/** The high word of a lane where that is a NaN; for f32 shifted to where f64 has it. */
function nanOf(words: Uint32Array, at: number, width: FloatWidth): { high: number; low: number } | undefined {
  if (width === 32) {
    const bits = words[at] & 0x7fffffff;
    return bits > 0x7f800000 ? { high: bits, low: 0 } : undefined;
  }
  const high = words[at + 1] & 0x7fffffff;
  const low = words[at];
  return high > 0x7ff00000 || (high === 0x7ff00000 && low !== 0) ? { high, low } : undefined;
}

const hex = (n: number): string => (n >>> 0).toString(16);

/** What is wrong with the results of one function, if anything is. */
function faultOf(words: Uint32Array, name: string): string | undefined {
  const width = /^f32/.test(name) ? 32 : 64;
  const canonical = width === 32 ? 0x7fc00000 : 0x7ff80000;
  const quiet = width === 32 ? 0x00400000 : 0x00080000;
  const lanes = /^f\d\dx\d\.(?!extract_lane)/.test(name) ? 128 / width : 1;
  const moves = MOVING.includes(name.split(' ')[0]);
  for (let a = 0; a < COUNT; a++) {
    for (let b = 0; b < COUNT; b++) {
      const plain = a < CANONICAL[32].length && b < CANONICAL[32].length;
      for (let lane = 0; lane < lanes; lane++) {
        const at = RESULTS / 4 + 4 * (a * COUNT + b) + (lane * width) / 32;
        const found = nanOf(words, at, width);
        if (found === undefined) continue;
        const isRight = plain ? found.high === canonical && found.low === 0 : moves || (found.high & quiet) !== 0;
        if (!isRight) return `${name}: operands ${a} and ${b} give ${hex(found.high)} ${hex(found.low)}`;
      }
    }
  }
  return undefined;
}

/** Runs everything: canonical operands give canonical NaNs, others quiet ones. All functions so often, then so often, ... */
export function checkFloatBits(W: Namespace, bytes: Uint8Array, rounds: readonly number[]): Tally {
  const { exports } = new W.Instance(new W.Module(bytes));
  const words = new Uint32Array((exports['memory'] as unknown as { buffer: ArrayBuffer }).buffer);
  writeOperands(words);
  const names = Object.keys(exports).filter((name) => name !== 'memory');
  const failures: string[] = [];
  for (const count of rounds) {
    for (const name of names) {
      (exports[name] as unknown as (rounds: number) => void)(count);
      const fault = faultOf(words, name);
      if (fault !== undefined) failures.push(fault);
    }
  }
  return { passed: names.length * rounds.length - failures.length, failures };
}
