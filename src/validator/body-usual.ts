// Validation of the usual instructions, straight over the bytes: the nine tenths of a body that need no look at a row.
// https://webassembly.github.io/spec/core/appendix/algorithm.html
// It only ever says yes. Where it would have to say anything else (another instruction, a long or wrong immediate, an
// operand that does not match to the letter, code that cannot be reached) it stops in front of the instruction, and
// body.ts validates that one by its row. Modules are validated cold, once: that is why this is one flat function.
import { ADDR, type Row, INSTRUCTIONS } from '../syntax/instructions.ts';
import { BOT, F32, F64, type FuncType, I32, I64, type ValType } from '../syntax/types.ts';
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

/** Takes the locals of the next body. Those of which some have to be set before they are read are never usual. */
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

/**
 * Validates instructions from `at` to the first that is not usual, or behind the function's final `end`; answers where
 * that is. What is checked comes before what is changed, so that the instruction can be validated once more.
 */
export function walkUsual(s: BodyState, { kinds, types }: Usual, at: number): number {
  const { stack, ctx, locals } = s;
  const { bytes, end } = s.cursor.reader;
  const { vals } = stack;
  const room = vals.length - 1;
  // Immediates are read without a look at the end, which comes after: within these bounds they are in the module.
  const limit = Math.min(end, bytes.length - LONGEST, at + PIECE);
  let { height, base } = stack;
  // Up to this height there is room, and so many operands were there before.
  let known = Math.min(stack.reach(height), room - 1);
  usual: while (at < limit) {
    if (height > known) {
      if (height >= room) break;
      known = Math.min(stack.reach(height), room - 1);
    }
    const code = bytes[at];
    const imm = bytes[at + 1];
    let top = TOP[code];
    let below = BELOW[code];
    let result = RESULT[code];
    let next = at + 1;
    switch (kinds[code]) {
      case 1: // plain
        break;
      case 2: // get
        if (imm >= 0x80) break usual;
        result = types[imm + EXTRA[code]];
        if (result === BOT) break usual;
        if (result < F64 || result > 0) stack.unusual(result);
        next++;
        break;
      case 3: // set
      case 4: // tee
        if (imm >= 0x80) break usual;
        top = types[imm + EXTRA[code]];
        if (top === BOT) break usual;
        if (code === 0x22) result = top;
        next++;
        break;
      case 5: // literal
      case 6: {
        // memory: alignment, offset
        if (code < 0x40 && imm > EXTRA[code]) break usual;
        if (code < 0x40) next++;
        const from = next;
        while (bytes[next] >= 0x80) next++;
        if (next - from > 3) break usual;
        next++;
        break;
      }
      case 7: // bits
        next += EXTRA[code];
        break;
      case 8: // end
        if (locals.tracked) break usual;
        stack.height = height;
        if (!stack.tryEnd()) break usual;
        if (stack.depth === 0) return next;
        height = stack.height;
        base = stack.base;
        break;
      case 9: {
        // call
        let index = imm;
        next++;
        for (let shift = 7; bytes[next - 1] >= 0x80; shift += 7) {
          if (shift > 21) break usual;
          index += (bytes[next++] - 1) << shift;
        }
        if (index >= ctx.funcTypes.length) break usual;
        const { params, results } = ctx.module.types[ctx.funcTypes[index]].comp as FuncType;
        const from = height - params.length;
        if (from < base || from + results.length >= room) break usual;
        for (let i = 0; i < params.length; i++) if (vals[from + i] !== params[i]) break usual;
        for (let i = 0; i < results.length; i++) {
          const t = results[i];
          if (t < F64 || t > 0) stack.unusual(t);
          vals[from + i] = t;
        }
        height = from + results.length;
        break;
      }
      case 10: {
        // block
        const results = BLOCK_RESULTS[imm];
        if (results === undefined) break usual;
        next++;
        if (code === 0x04) {
          if (height === base || vals[height - 1] !== I32) break usual;
          height--;
        }
        stack.height = height;
        stack.pushCtrl(code, NO_TYPES, results, locals.setCount);
        base = height;
        break;
      }
      case 11: // br_if
      case 12: {
        // br
        if (imm >= 0x80 || imm >= stack.depth) break usual;
        next++;
        const taken = stack.labelTypes(imm);
        if (taken.length > 1) break usual;
        if (taken.length === 1) {
          if (code === 0x0d) break usual;
          if (height === base || vals[height - 1] !== taken[0]) break usual;
        }
        if (code === 0x0d) top = I32;
        else {
          stack.unreachable();
          height = base;
        }
        break;
      }
      case 13: // drop
        if (height === base) break usual;
        top = vals[height - 1];
        if (top === BOT) break usual;
        break;
      case 14: // select
        if (height - base < 3) break usual;
        top = I32;
        below = vals[height - 2];
        if (below !== vals[height - 3] || below >= BOT || below < F64) break usual;
        break;
      default:
        break usual;
    }
    if (top !== BOT) {
      if (height === base || vals[height - 1] !== top) break;
      if (below !== BOT) {
        if (height - 1 === base || vals[height - 2] !== below) break;
        height -= 2;
      } else height--;
    }
    if (result !== BOT) vals[height++] = result;
    // An instruction that runs over the end is a fault, whatever it did to the stack: body.ts names it.
    if (next > end) break;
    at = next;
  }
  stack.height = height;
  stack.reach(height);
  return at;
}
