// Evaluates constant expressions of a module that is being instantiated: initial values, offsets, elements.
// https://webassembly.github.io/spec/core/exec/instructions.html#expressions
// They run on a stack of their own, since they call nothing and cannot wait.
import { checkStep } from '../../clock.ts';
import { InstructionCursor } from '../../decoder/instruction-cursor.ts';
import { readWords, toUnsigned, unsigned64, writeWords } from '../../syntax/bits.ts';
import { endOfShortConst } from '../../decoder/sections/expressions.ts';
import { Reader } from '../../decoder/reader.ts';
import type { Pay } from '../../runtime/fuel.ts';
import type { Global } from '../../runtime/global.ts';
import { type ModuleInstance, NO_OPERANDS } from '../../runtime/instance.ts';
import type { Bits } from '../../runtime/values.ts';
import type { Expr } from '../../syntax/module.ts';
import type { ConstantName } from '../../syntax/instructions.ts';
import { type ConstantArm, type Evaluation, GC_CONSTANT_ARMS } from './gc-constant.ts';
import { wordsOf } from '../state/words.ts';
import { takeRoomInPieces } from '../threads/room.ts';

/** Four words, lowest first. */
const vector = (reader: Reader): bigint =>
  readWords([reader.bits32(), reader.bits32(), reader.bits32(), reader.bits32()], 0, 4);

const number: ConstantArm = ({ cursor, stack }) => {
  stack.push(unsigned64(cursor.lo, 0));
};
const number64: ConstantArm = ({ cursor, stack }) => {
  stack.push(unsigned64(cursor.lo, cursor.hi));
};

/** An operation of the extended constant expressions. */
const operation =
  (bits: 32 | 64, operate: (a: bigint, b: bigint) => bigint): ConstantArm =>
  ({ stack }) => {
    const b = stack.pop() as bigint;
    const a = stack.pop() as bigint;
    stack.push(toUnsigned(bits, operate(a, b)));
  };

const add = (a: bigint, b: bigint): bigint => a + b;
const sub = (a: bigint, b: bigint): bigint => a - b;
const mul = (a: bigint, b: bigint): bigint => a * b;

/** What a constant row does; one without an arm does not compile. */
const ARMS: Readonly<Record<ConstantName, ConstantArm>> = {
  'i32.const': number,
  'f32.const': number,
  'i64.const': number64,
  'f64.const': number64,
  'v128.const': ({ cursor, stack }) => {
    const { reader, immOffset } = cursor;
    stack.push(vector(new Reader(reader.bytes, immOffset, immOffset + 16)));
  },
  'i32.add': operation(32, add),
  'i32.sub': operation(32, sub),
  'i32.mul': operation(32, mul),
  'i64.add': operation(64, add),
  'i64.sub': operation(64, sub),
  'i64.mul': operation(64, mul),
  'global.get': ({ inst, cursor, stack }) => {
    stack.push(readGlobalBits(inst.global(cursor.index)));
  },
  'ref.null': ({ stack }) => {
    stack.push(null);
  },
  'ref.func': ({ inst, cursor, stack }) => {
    stack.push(inst.func(cursor.index));
  },
  end: () => undefined,
  ...GC_CONSTANT_ARMS,
};

/**
 * The value of a valid constant expression, bit by bit; its instructions are charged like others, but for a short i32.const
 * alone. Others may run where what can be reached has to be counted. @throws Trap, ExhaustionError, Interrupted
 */
export function* evaluateConstant(inst: ModuleInstance, expr: Expr, pay: Pay): Generator<undefined, Bits> {
  const { bytes, start, end } = expr;
  if (endOfShortConst(bytes, start, bytes.length) === end) return BigInt(new Reader(bytes, start + 1, end).s32() >>> 0);
  const cursor = new InstructionCursor(bytes, start, end);
  const evaluation: Evaluation = { inst, cursor, stack: [], pay, wanted: 0 };
  for (goOn(evaluation); evaluation.wanted > 0; goOn(evaluation)) {
    inst.making = evaluation.stack;
    yield* takeRoomInPieces(inst, evaluation.wanted, pay);
    inst.making = NO_OPERANDS;
    doInstruction(evaluation);
  }
  return evaluation.stack[0];
}

/** Goes on to the end, or until there is no room for what is allocated. */
function goOn(evaluation: Evaluation): void {
  const { cursor, inst, pay } = evaluation;
  while (!cursor.done && evaluation.wanted === 0) {
    checkStep();
    pay(inst.unit.prices.instruction);
    cursor.next();
    doInstruction(evaluation);
  }
}

function doInstruction(evaluation: Evaluation): void {
  ARMS[evaluation.cursor.row.name as ConstantName](evaluation);
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
