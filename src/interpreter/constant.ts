// Evaluates constant expressions of a module that is being instantiated: initial values, offsets, elements.
// https://webassembly.github.io/spec/core/exec/instructions.html#expressions
// They run on a stack of their own, since they call nothing and cannot wait.
import { checkStep } from '../clock.ts';
import { InstructionCursor } from '../decoder/instruction-cursor.ts';
import { toUnsigned } from '../syntax/bits.ts';
import { endOfShortConst } from '../decoder/sections/expressions.ts';
import { Reader } from '../decoder/reader.ts';
import { InternalError } from '../errors.ts';
import type { Pay } from '../runtime/fuel.ts';
import type { Global } from '../runtime/global.ts';
import type { ModuleInstance } from '../runtime/instance.ts';
import type { Bits } from '../runtime/values.ts';
import type { Expr } from '../syntax/module.ts';
import { evaluateObject } from './gc/constant.ts';
import { readWords, wordsOf, writeWords } from './words.ts';

const ARITHMETIC: Readonly<Record<string, (a: bigint, b: bigint) => bigint>> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
};

function binary(name: string, stack: Bits[]): bigint {
  const operate = ARITHMETIC[name.slice(4)];
  if (operate === undefined) throw new InternalError(`${name} in a constant expression`);
  const b = stack.pop() as bigint;
  const a = stack.pop() as bigint;
  return toUnsigned(name.startsWith('i64') ? 64 : 32, operate(a, b));
}

const low = (cursor: InstructionCursor): bigint => BigInt(cursor.lo >>> 0);
const wide = (cursor: InstructionCursor): bigint => (BigInt(cursor.hi >>> 0) << 32n) | low(cursor);

const word = (reader: Reader): bigint => BigInt(reader.bits32() >>> 0);
/** Four words, lowest first. */
const vector = (reader: Reader): bigint =>
  word(reader) | (word(reader) << 32n) | (word(reader) << 64n) | (word(reader) << 96n);

/** The value of a valid constant expression, bit by bit; its instructions are charged like others, but for a short i32.const alone. @throws Interrupted */
export function evaluateConstant(inst: ModuleInstance, expr: Expr, pay: Pay): Bits {
  const { bytes, start, end } = expr;
  if (endOfShortConst(bytes, start, bytes.length) === end) return BigInt(new Reader(bytes, start + 1, end).s32() >>> 0);
  const cursor = new InstructionCursor(bytes, start, end);
  const stack: Bits[] = [];
  for (;;) {
    checkStep();
    pay(inst.unit.prices.instruction);
    cursor.next();
    switch (cursor.row.name) {
      case 'i32.const':
      case 'f32.const':
        stack.push(low(cursor));
        break;
      case 'i64.const':
      case 'f64.const':
        stack.push(wide(cursor));
        break;
      case 'v128.const':
        stack.push(vector(new Reader(expr.bytes, cursor.immOffset, cursor.immOffset + 16)));
        break;
      case 'global.get':
        stack.push(readGlobalBits(inst.global(cursor.index)));
        break;
      case 'ref.null':
        stack.push(null);
        break;
      case 'ref.func':
        stack.push(inst.func(cursor.index));
        break;
      case 'end':
        return stack[0];
      default:
        if (!evaluateObject(inst, cursor, stack, pay)) stack.push(binary(cursor.row.name, stack));
    }
  }
}

/** The value of a global, bit by bit. */
export function readGlobalBits(global: Global): Bits {
  const { type, words, refs, at } = global;
  if (type.val > 0) return refs[at];
  return readWords(words, at, wordsOf(type.val));
}

/** Sets a global, bit by bit. */
export function writeGlobalBits(global: Global, bits: Bits): void {
  const { type, words, refs, at } = global;
  if (type.val > 0) {
    refs[at] = bits;
    return;
  }
  writeWords(words, at, wordsOf(type.val), bits as bigint);
}
