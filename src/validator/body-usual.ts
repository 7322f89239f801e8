// Validation of the usual instructions, straight over the bytes: the nine tenths of a body that need no look at a row.
// https://webassembly.github.io/spec/core/appendix/algorithm.html
// It only ever says yes. Where it would have to say anything else (another instruction, a long or wrong immediate, an
// operand that does not match to the letter, code that cannot be reached) it stops in front of the instruction, and
// body.ts validates that one by its row. Modules are validated cold, once: that is why the commonest instructions are
// validated within the loop, with its height in a variable.
import { ADDR, type Row, INSTRUCTIONS } from '../syntax/instructions.ts';
import { BOT, F32, F64, I32, I64, type ValType, asFunc } from '../syntax/types.ts';
import type { BodyState, Usual } from './body-state.ts';
import { type Context, NO_TYPES, single } from './context.ts';
import type { LocalTypes } from './local-types.ts';

/** Opcode -> what `walkUsual` does with it; literals there, with these names behind. */
// biome-ignore format: a table
const KIND = {
  rare: 0, plain: 1, get: 2, set: 3, tee: 4, literal: 5, memory: 6, bits: 7,
  end: 8, call: 9, block: 10, brIf: 11, br: 12, drop: 13, select: 14,
} as const;

/** By opcode: the operand on top, the one below it and the result, where the signature says them; else BOT. */
const TOP = new Int8Array(256);
const BELOW = new Int8Array(256);
const RESULT = new Int8Array(256);
/** By opcode: most alignment, bytes of a literal, or where the types of what it gets or sets stand in `Usual.types`. */
const EXTRA = new Uint16Array(256);

/** `Usual.types` has the types of the first 128 locals, of as many globals, and of those of them that are mutable. */
const GLOBALS = 128;
const MUTABLE_GLOBALS = 256;

/** Result types by the byte of a block type; undefined where that has to be looked at. */
const BLOCK_RESULTS: (readonly ValType[] | undefined)[] = new Array<undefined>(256).fill(undefined);
BLOCK_RESULTS[0x40] = NO_TYPES;
for (const t of [I32, I64, F32, F64]) BLOCK_RESULTS[t + 0x80] = single(t);

const NAMED: Readonly<Record<string, readonly [kind: number, extra: number]>> = {
  'local.get': [KIND.get, 0],
  'local.set': [KIND.set, 0],
  'local.tee': [KIND.tee, 0],
  'global.get': [KIND.get, GLOBALS],
  'global.set': [KIND.set, MUTABLE_GLOBALS],
  block: [KIND.block, 0],
  loop: [KIND.block, 0],
  if: [KIND.block, 0],
  end: [KIND.end, 0],
  br: [KIND.br, 0],
  br_if: [KIND.brIf, 0],
  call: [KIND.call, 0],
  drop: [KIND.drop, 0],
  select: [KIND.select, 0],
};

function kindOf({ name, sig, imm, align }: Row): readonly [kind: number, extra: number] {
  if (NAMED[name] !== undefined && imm !== 'select') return NAMED[name];
  if (sig === undefined || sig.pops.length > 2 || sig.pushes.length > 1) return [KIND.rare, 0];
  if (imm === 'memarg') return [KIND.memory, align as number];
  if (imm === 'f32' || imm === 'f64') return [KIND.bits, imm === 'f32' ? 4 : 8];
  if (imm === 'i32' || imm === 'i64') return [KIND.literal, 0];
  return [imm === 'none' ? KIND.plain : KIND.rare, 0];
}

const withAddress = (t: ValType | undefined): ValType => (t === undefined ? BOT : t === ADDR ? I32 : t);

const KINDS = new Uint8Array(256);
const OF_FEATURES: Row[] = [];
for (const row of INSTRUCTIONS) {
  const { code, sig, feature } = row;
  if (code > 0xff) continue;
  [KINDS[code], EXTRA[code]] = kindOf(row);
  if (KINDS[code] !== KIND.rare && feature !== 'core') OF_FEATURES.push(row);
  if (sig === undefined) continue;
  TOP[code] = withAddress(sig.pops[sig.pops.length - 1]);
  BELOW[code] = withAddress(sig.pops[sig.pops.length - 2]);
  RESULT[code] = withAddress(sig.pushes[0]);
}

/** For a module whose index spaces are complete. */
export function usualOf(ctx: Context): Usual {
  const kinds = KINDS.slice();
  for (const row of OF_FEATURES) if (!ctx.has(row.feature)) kinds[row.code] = KIND.rare;
  const wide = ctx.memories.length === 0 || ctx.memories[0].addr !== I32;
  if (wide) for (let i = 0; i < 256; i++) if (kinds[i] === KIND.memory) kinds[i] = KIND.rare;
  const types = new Int32Array(384);
  for (let i = 0; i < ctx.globals.length && i < 128; i++) {
    const { val, mutable } = ctx.globals[i];
    types[GLOBALS + i] = val;
    if (mutable) types[MUTABLE_GLOBALS + i] = val;
  }
  return { kinds, types, locals: 0 };
}

/** Takes the locals of the next body. Bodies with locals that have to be set before they are read are never usual. */
export function takeLocals(usual: Usual, locals: LocalTypes): void {
  const { types } = usual;
  const { flat } = locals;
  const count = locals.tracked ? 0 : Math.min(GLOBALS, locals.flatLength);
  for (let i = 0; i < count; i++) types[i] = flat[i];
  for (let i = count; i < usual.locals; i++) types[i] = BOT;
  usual.locals = count;
}

/** More than the longest encoding of what is read here. */
const LONGEST = 16;

/** Bytes after which the caller looks at the clock. */
const PIECE = 4096;

/** The place after a literal, or after alignment and offset, which begin at `from`; 0 where they are not usual. */
function afterImmediates(bytes: Uint8Array, kind: number, code: number, from: number): number {
  if (kind === 7) return from + EXTRA[code]; // bits
  if (kind !== 5 && kind !== 6) return 0;
  let next = from;
  if (kind === 6 && bytes[next++] > EXTRA[code]) return 0;
  const first = next;
  while (bytes[next] >= 0x80) next++;
  return next - first > 3 ? 0 : next + 1;
}

/**
 * Does what the instruction at `at` does to the stack, where that is more than types tell; returns the place after it, or 0,
 * with nothing changed, where it is not usual.
 */
function structured(s: BodyState, kind: number, at: number): number {
  switch (kind) {
    case 8: // end
      return !s.locals.tracked && s.stack.tryEnd() ? at + 1 : 0;
    case 9:
      return call(s, at);
    case 10:
      return block(s, at);
    case 11:
    case 12:
      return branch(s, at);
    case 13:
      return drop(s, at);
    default:
      return select(s, at);
  }
}

function call({ stack, ctx, cursor }: BodyState, at: number): number {
  const { bytes } = cursor.reader;
  const { vals, height, base } = stack;
  let index = bytes[at + 1];
  let next = at + 2;
  for (let shift = 7; bytes[next - 1] >= 0x80; shift += 7) {
    if (shift > 21) return 0;
    index += (bytes[next++] - 1) << shift;
  }
  if (index >= ctx.funcTypes.length) return 0;
  const { params, results } = asFunc(ctx.module.types[ctx.funcTypes[index]].comp);
  const from = height - params.length;
  if (from < base || from + results.length >= vals.length - 1) return 0;
  for (let i = 0; i < params.length; i++) if (vals[from + i] !== params[i]) return 0;
  for (let i = 0; i < results.length; i++) {
    const t = results[i];
    if (t < F64 || t > 0) stack.unusual(t);
    vals[from + i] = t;
  }
  stack.height = from + results.length;
  return next;
}

function block({ stack, locals, cursor }: BodyState, at: number): number {
  const { bytes } = cursor.reader;
  const code = bytes[at];
  const results = BLOCK_RESULTS[bytes[at + 1]];
  if (results === undefined) return 0;
  if (code === 0x04) {
    if (stack.height === stack.base || stack.vals[stack.height - 1] !== I32) return 0;
    stack.height--;
  }
  stack.pushCtrl(code, NO_TYPES, results, locals.setCount);
  return at + 2;
}

function branch({ stack, cursor }: BodyState, at: number): number {
  const { bytes } = cursor.reader;
  const { vals, height, base } = stack;
  const conditional = bytes[at] === 0x0d;
  const label = bytes[at + 1];
  if (label >= 0x80 || label >= stack.depth) return 0;
  const taken = stack.labelTypes(label);
  if (conditional) {
    if (taken.length > 0 || height === base || vals[height - 1] !== I32) return 0;
    stack.height--;
    return at + 2;
  }
  if (taken.length > 1) return 0;
  if (taken.length === 1 && (height === base || vals[height - 1] !== taken[0])) return 0;
  stack.unreachable();
  return at + 2;
}

function drop({ stack }: BodyState, at: number): number {
  if (stack.height === stack.base || stack.vals[stack.height - 1] === BOT) return 0;
  stack.height--;
  return at + 1;
}

function select({ stack }: BodyState, at: number): number {
  const { vals, height, base } = stack;
  if (height - base < 3 || vals[height - 1] !== I32) return 0;
  const below = vals[height - 2];
  if (below !== vals[height - 3] || below >= BOT || below < F64) return 0;
  stack.height -= 2;
  return at + 1;
}

/**
 * Validates instructions from `at` to the first that is not usual, or after the function's final `end`; returns where
 * that is. What is checked comes before what is changed, so that the instruction can be validated once more.
 */
export function walkUsual(s: BodyState, { kinds, types }: Usual, at: number): number {
  const { stack } = s;
  const { bytes, end } = s.cursor.reader;
  const { vals } = stack;
  const room = vals.length - 1;
  // Immediates are read without a look at the end, which comes after: within these bounds they are in the module.
  const limit = Math.min(end, bytes.length - LONGEST, at + PIECE);
  let { height, base } = stack;
  // Up to this height there is room, and so many operands were there before.
  let known = Math.min(stack.reach(height), room - 1);
  while (at < limit) {
    if (height > known) {
      if (height >= room) break;
      known = Math.min(stack.reach(height), room - 1);
    }
    const code = bytes[at];
    const kind = kinds[code];
    let next = at + 1;
    if (kind >= 8) {
      stack.height = height;
      next = structured(s, kind, at);
      if (next === 0) break;
      if (stack.depth === 0) return next;
      height = stack.height;
      base = stack.base;
    } else {
      let top = TOP[code];
      let result = RESULT[code];
      if (kind >= 2 && kind <= 4) {
        const t = bytes[next] < 0x80 ? types[bytes[next] + EXTRA[code]] : BOT;
        if (t === BOT) break;
        if (kind === 2) {
          if (t < F64 || t > 0) stack.unusual(t);
        } else top = t;
        if (kind !== 3) result = t;
        next++;
      } else if (kind !== 1) next = afterImmediates(bytes, kind, code, next);
      if (next === 0) break;
      if (top !== BOT) {
        if (height === base || vals[height - 1] !== top) break;
        const below = BELOW[code];
        if (below !== BOT && (height - 1 === base || vals[height - 2] !== below)) break;
        height -= below === BOT ? 1 : 2;
      }
      if (result !== BOT) vals[height++] = result;
    }
    // An instruction that runs over the end is a fault, whatever it did to the stack: body.ts names it.
    if (next > end) break;
    at = next;
  }
  stack.height = height;
  stack.reach(height);
  return at;
}
