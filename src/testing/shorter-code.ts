// What may stand in the place of a function's body to make a module smaller. Nothing here looks at types: what does not
// fit is refused by the validator later.
import { Writer } from '../encoder/writer.ts';
import { F32, F64, type FuncType, HEAP, I32, I64, V128, type ValType, heapOf } from '../syntax/types.ts';
import { type Code, type Instruction, instructionOf, read, renumbered } from './code.ts';

/** Longest part of a body that is left out at any place; longer ones at some places only. */
const MAX_CUT = 40;
/** How far apart two instructions are that are left out together. */
const MAX_PAIR = 12;

const END = instructionOf(0x0b);
const DROP = instructionOf(0x1a);
const UNREACHABLE = instructionOf(0x00);

/** Zero, or null; undefined where there is no such value. */
export function zeroOf(t: ValType): Instruction | undefined {
  const writer = new Writer();
  const zeros = (code: number, count: number): void => {
    writer.opcode(code);
    writer.bytes(new Uint8Array(count));
  };
  if (t === I32) zeros(0x41, 1);
  else if (t === I64) zeros(0x42, 1);
  else if (t === F32) zeros(0x43, 4);
  else if (t === F64) zeros(0x44, 8);
  else if (t === V128) zeros(0xfd_00c, 16);
  else if (t > 0) {
    writer.opcode(0xd0);
    writer.heapType(heapOf(t));
  } else return undefined;
  return instructionOf(...writer.view());
}

const ZEROS = [I32, I64, F32, F64, V128].map((t) => [zeroOf(t) as Instruction]);
const NULLS = [HEAP.func, HEAP.extern].map((heap) => [instructionOf(0xd0, heap + 0x80)]);

/** What may stand for several instructions. */
const SUBSTITUTES: readonly (readonly Instruction[])[] = [[], [DROP], [DROP, DROP], ...ZEROS, ...NULLS];

const sizeOf = (list: readonly Instruction[]): number => list.reduce((sum, { bytes }) => sum + bytes.length, 0);
const opens = ({ row }: Instruction): boolean => row.nests === 'opens';
const closes = ({ row }: Instruction): boolean => row.nests === 'closes';
const divides = ({ row }: Instruction): boolean => row.nests === 'divides';

/** Bodies that do nothing. */
export function* stubs({ results }: FuncType): Generator<Code> {
  const zeros = results.flatMap((t) => zeroOf(t) ?? []);
  yield { locals: [], instructions: [...zeros, END] };
  yield { locals: [], instructions: [UNREACHABLE, END] };
}

/** Whether blocks that begin in a part end there, and the other way round. */
function isWhole(part: readonly Instruction[]): boolean {
  let depth = 0;
  for (const one of part) {
    if (opens(one)) depth++;
    else if (depth === 0 && (closes(one) || divides(one))) return false;
    else if (closes(one)) depth--;
  }
  return depth === 0;
}

/** Parts [from, to) of a list without its last: large ones first, the longest only here and there. */
function* parts(count: number): Generator<[number, number]> {
  for (let size = count; size > MAX_CUT; size = Math.ceil(size / 2)) {
    for (let to = count; to - size >= 0; to -= Math.ceil(size / 4)) yield [to - size, to];
  }
  for (let size = Math.min(MAX_CUT, count); size >= 1; size--) {
    for (let to = count; to - size >= 0; to--) yield [to - size, to];
  }
}

const replaced = (code: Code, from: number, to: number, by: readonly Instruction[]): Code => ({
  ...code,
  instructions: [...code.instructions.slice(0, from), ...by, ...code.instructions.slice(to)],
});

/** Reads a local or a global: constants are simpler, even where they are not shorter. */
const isGet = ({ row }: Instruction): boolean => row.code === 0x20 || row.code === 0x23;

/** Without a part, or with something shorter in its place. */
export function* cuts(code: Code): Generator<() => Code> {
  const { instructions } = code;
  for (const [from, to] of parts(instructions.length - 1)) {
    const part = instructions.slice(from, to);
    if (!isWhole(part)) continue;
    const size = sizeOf(part) + (part.length === 1 && isGet(part[0]) ? 1 : 0);
    for (const by of SUBSTITUTES) if (sizeOf(by) < size) yield () => replaced(code, from, to, by);
  }
}

/** Without two instructions that do not stand together: an operand and what takes it. */
export function* pairs(code: Code): Generator<() => Code> {
  const { instructions } = code;
  for (let second = instructions.length - 2; second > 1; second--) {
    if (!isWhole([instructions[second]])) continue;
    for (let first = second - 2; first >= Math.max(0, second - MAX_PAIR); first--) {
      if (!isWhole([instructions[first]])) continue;
      yield () => replaced(replaced(code, second, second + 1, []), first, first + 1, []);
    }
  }
}

/** The inside of a block that is left out: labels outside of it are one nearer. */
function unwrapped(inside: readonly Instruction[]): Instruction[] {
  let depth = 0;
  return inside.map((one) => {
    // Clauses of try_table and the label of `delegate` do not see their own block.
    if (one.row.code === 0x18) depth--;
    const here = depth;
    if (opens(one)) depth++;
    else if (one.row.code === 0x0b) depth--;
    return renumbered(one, { label: (index) => (index > here ? index - 1 : index) });
  });
}

/** Without the block that begins at `at`: one of its arms stays. */
function* withoutBlock(code: Code, at: number): Generator<() => Code> {
  const { instructions } = code;
  const borders = [at];
  let depth = 0;
  let end = at;
  for (let i = at; i < instructions.length && end === at; i++) {
    if (opens(instructions[i])) depth++;
    else if (closes(instructions[i])) depth--;
    else if (depth === 1 && divides(instructions[i])) borders.push(i);
    if (depth === 0) end = i;
  }
  borders.push(end);
  const isIf = instructions[at].row.code === 0x04;
  for (let arm = 1; arm < borders.length; arm++) {
    const inside = (): Instruction[] => unwrapped(instructions.slice(borders[arm - 1] + 1, borders[arm]));
    yield () => replaced(code, at, end + 1, isIf ? [DROP, ...inside()] : inside());
  }
}

/** Without one of the blocks, but with its inside. */
export function* unwraps(code: Code): Generator<() => Code> {
  for (let at = 0; at < code.instructions.length; at++) {
    if (opens(code.instructions[at])) yield* withoutBlock(code, at);
  }
}

/** Smaller numbers in the place of a constant, or of the offset of a memory access. */
function* simpler(one: Instruction): Generator<Instruction> {
  const { code, imm } = one.row;
  const cursor = read(one);
  const writer = new Writer();
  const number = (write: () => void): Instruction => {
    writer.length = 0;
    writer.opcode(code);
    write();
    return instructionOf(...writer.view());
  };
  if (imm === 'i32') {
    for (const value of new Set([0, 1, cursor.lo >> 1])) {
      if (Math.abs(value) < Math.abs(cursor.lo)) yield number(() => writer.s33(value));
    }
  } else if (imm === 'i64') {
    const whole = BigInt.asIntN(64, (BigInt(cursor.hi) << 32n) | BigInt(cursor.lo >>> 0));
    const size = whole < 0n ? -whole : whole;
    for (const value of [0n, 1n, whole / 2n])
      if ((value < 0n ? -value : value) < size) yield number(() => writer.s64(value));
  } else if (/^(f32|f64|v128)$/.test(imm) && one.bytes.some((byte, i) => byte !== 0 && i >= cursor.immOffset)) {
    yield number(() => writer.bytes(new Uint8Array(one.bytes.length - cursor.immOffset)));
  } else if (imm === 'memarg' && (cursor.lo !== 0 || cursor.hi !== 0)) {
    for (const offset of cursor.hi === 0 && cursor.lo > 1 ? [0, cursor.lo >>> 1] : [0]) {
      yield number(() => {
        writer.u32(cursor.index === 0 ? cursor.align : cursor.align | 0x40);
        if (cursor.index !== 0) writer.u32(cursor.index);
        writer.u32(offset);
      });
    }
  }
}

/** A constant integer plus a number; undefined for anything else. */
export function plus([one, ...rest]: readonly Instruction[], more: number): readonly Instruction[] | undefined {
  if (rest.length !== 1 || (one.row.imm !== 'i32' && one.row.imm !== 'i64')) return undefined;
  const writer = new Writer();
  writer.opcode(one.row.code);
  writer.s33(read(one).lo + more);
  return [instructionOf(...writer.view()), ...rest];
}

/** With a smaller number somewhere. */
export function* numbers(code: Code): Generator<() => Code> {
  for (const [i, one] of code.instructions.entries()) {
    for (const other of simpler(one)) yield () => replaced(code, i, i + 1, [other]);
  }
}

/** With a call of a function in the place of an indirect one; `functions` are those of a type. */
export function* directCalls(code: Code, functions: (type: number) => readonly number[]): Generator<() => Code> {
  for (const [i, one] of code.instructions.entries()) {
    if (one.row.name !== 'call_indirect') continue;
    for (const index of functions(one.index)) {
      const writer = new Writer();
      writer.opcode(0x10);
      writer.u32(index);
      yield () => replaced(code, i, i + 1, [DROP, instructionOf(...writer.view())]);
    }
  }
}

/** With fewer labels in tables of branches. */
export function* fewerLabels(code: Code): Generator<() => Code> {
  for (const [i, one] of code.instructions.entries()) {
    if (one.row.imm !== 'labels') continue;
    const { labels } = read(one);
    for (let gone = labels.length - 1; gone >= 0 && labels.length > 1; gone--) {
      const writer = new Writer();
      writer.opcode(one.row.code);
      writer.u32(labels.length - 2);
      for (const label of labels.filter((_, at) => at !== gone)) writer.u32(label);
      yield () => replaced(code, i, i + 1, [instructionOf(...writer.view())]);
    }
  }
}

/** Without one of the declared locals, when nothing names it. */
export function* fewerLocals(code: Code, params: number): Generator<() => Code> {
  const named = new Set(code.instructions.flatMap(({ row, index }) => (row.imm === 'local' ? [index] : [])));
  for (let i = code.locals.length - 1; i >= 0; i--) {
    const gone = params + i;
    if (named.has(gone)) continue;
    yield () => ({
      locals: code.locals.filter((_, one) => one !== i),
      instructions: code.instructions.map((one) =>
        renumbered(one, { local: (index) => (index > gone ? index - 1 : index) }),
      ),
    });
  }
}
