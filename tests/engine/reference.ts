// A slow interpreter that is meant to be obviously right: one instruction after the other, straight from the body, on a
// stack of values. The fast engine is compared with it. A subset: numbers, locals, globals, memory 0 with bulk
// operations, control, calls; nothing else, and no limits. It shares with the engine only the decoder and the validator.
import { InstructionCursor } from '../../src/decoder/instruction-cursor.ts';
import { decodeLocals } from '../../src/decoder/locals.ts';
import { Reader } from '../../src/decoder/reader.ts';
import type { TrapKind } from '../../src/errors.ts';
import { F32, F64, type FuncType, I32, I64, type ValType } from '../../src/syntax/types.ts';
import type { ValidModule } from '../../src/validator/module.ts';
import { access, operation } from './reference-numeric.ts';

/** i32: a number, signed; i64: a bigint, signed; f32 and f64: their bits, as an unsigned number and bigint. */
export type RefNumber = number | bigint;

export class ReferenceTrap extends Error {
  readonly kind: TrapKind;
  constructor(kind: TrapKind) {
    super(kind);
    this.kind = kind;
  }
}

interface Step {
  readonly name: string;
  readonly index: number;
  readonly index2: number;
  readonly lo: number;
  readonly hi: number;
  readonly labels: readonly number[];
  readonly type: FuncType;
  /** Of block, loop, if: index of `end`; of `if`: index of `else`, or of `end`. */
  end: number;
  orElse: number;
}

interface Label {
  readonly height: number;
  readonly arity: number;
  /** Where a branch goes. */
  readonly target: number;
  readonly isLoop: boolean;
}

const NO_TYPE: FuncType = { kind: 'func', params: [], results: [] };

function zero(t: ValType): RefNumber {
  return t === I64 || t === F64 ? 0n : 0;
}

export class Reference {
  readonly valid: ValidModule;
  readonly globals: RefNumber[] = [];
  memory: Uint8Array;
  readonly maxPages: number;
  /** Function indices; only numbers of functions of the module itself. */
  readonly table: (number | undefined)[];
  private readonly bodies = new Map<number, { locals: ValType[]; steps: Step[] }>();

  /** `globals` and `table` as the module initialises them: the reference evaluates no constant expressions. */
  constructor(valid: ValidModule, globals: readonly RefNumber[], table: readonly (number | undefined)[]) {
    this.valid = valid;
    this.globals = [...globals];
    this.table = [...table];
    const limits = valid.memTypes[0].limits;
    this.memory = new Uint8Array(Number(limits.min) * 65536);
    this.maxPages = Number(limits.max ?? 65536n);
  }

  type(index: number): FuncType {
    return this.valid.module.types[index].comp as FuncType;
  }

  private body(func: number): { locals: ValType[]; steps: Step[] } {
    const known = this.bodies.get(func);
    if (known !== undefined) return known;
    const { funcs } = this.valid.module;
    const reader = new Reader(funcs.bytes, funcs.start[func], funcs.end[func]);
    const groups = decodeLocals(reader, 0);
    const locals = groups.types.flatMap((t, i) => new Array<ValType>(groups.counts[i]).fill(t));
    const cursor = new InstructionCursor(funcs.bytes, reader.offset, reader.end);
    const steps: Step[] = [];
    const open: number[] = [];
    while (!cursor.done) {
      cursor.next();
      const { index, index2, lo, hi, labels, typeIndex, valType } = cursor;
      const { name } = cursor.row;
      const inline: FuncType = { ...NO_TYPE, results: valType === 0 ? [] : [valType] };
      const type = cursor.row.imm !== 'block' ? NO_TYPE : typeIndex >= 0 ? this.type(typeIndex) : inline;
      const here = steps.length;
      steps.push({ name, index, index2, lo, hi, labels: [...labels], type, end: -1, orElse: -1 });
      if (name === 'block' || name === 'loop' || name === 'if') open.push(here);
      if (name === 'else') steps[open[open.length - 1]].orElse = here;
      if (name === 'end' && open.length > 0) {
        const start = steps[open.pop() as number];
        start.end = here;
        if (start.orElse < 0) start.orElse = here;
        else steps[start.orElse].end = here;
      }
    }
    const made = { locals, steps };
    this.bodies.set(func, made);
    return made;
  }

  /** Calls a function. @throws ReferenceTrap */
  call(func: number, args: readonly RefNumber[]): RefNumber[] {
    const type = this.type(this.valid.funcTypes[func]);
    const { locals: declared, steps } = this.body(func);
    const locals = [...args, ...declared.map(zero)];
    const stack: RefNumber[] = [];
    const labels: Label[] = [{ height: 0, arity: type.results.length, target: steps.length, isLoop: false }];
    const pop = (): RefNumber => stack.pop() as RefNumber;
    const branch = (depth: number): number => {
      const label = labels[labels.length - 1 - depth];
      const values = label.arity === 0 ? [] : stack.slice(-label.arity);
      stack.length = label.height;
      stack.push(...values);
      labels.length -= depth + (label.isLoop ? 0 : 1);
      return label.target;
    };
    const enter = (step: Step, at: number): void => {
      const { params, results } = step.type;
      const isLoop = step.name === 'loop';
      const arity = isLoop ? params.length : results.length;
      labels.push({ height: stack.length - params.length, arity, target: isLoop ? at + 1 : step.end + 1, isLoop });
    };
    for (let pc = 0; pc < steps.length; ) {
      const step = steps[pc];
      const at = pc++;
      switch (step.name) {
        case 'nop':
          break;
        case 'unreachable':
          throw new ReferenceTrap('unreachable');
        case 'block':
        case 'loop':
          enter(step, at);
          break;
        case 'if': {
          const condition = pop();
          if (condition !== 0) enter(step, at);
          else if (step.orElse === step.end) pc = step.end + 1;
          else {
            enter(step, at);
            pc = step.orElse + 1;
          }
          break;
        }
        case 'else':
          labels.pop();
          pc = step.end + 1;
          break;
        case 'end':
          labels.pop();
          break;
        case 'br':
          pc = branch(step.index);
          break;
        case 'br_if':
          if (pop() !== 0) pc = branch(step.index);
          break;
        case 'br_table': {
          const i = (pop() as number) >>> 0;
          pc = branch(step.labels[Math.min(i, step.labels.length - 1)]);
          break;
        }
        case 'return':
          pc = branch(labels.length - 1);
          break;
        case 'call':
          this.callFrom(stack, step.index);
          break;
        case 'call_indirect': {
          const i = (pop() as number) >>> 0;
          if (i >= this.table.length) throw new ReferenceTrap('undefined-element');
          const callee = this.table[i];
          if (callee === undefined) throw new ReferenceTrap('uninitialized-element');
          const { canonical, funcTypes } = this.valid;
          if (canonical[funcTypes[callee]] !== canonical[step.index]) {
            throw new ReferenceTrap('indirect-call-type-mismatch');
          }
          this.callFrom(stack, callee);
          break;
        }
        case 'local.get':
          stack.push(locals[step.index]);
          break;
        case 'local.set':
          locals[step.index] = pop();
          break;
        case 'local.tee':
          locals[step.index] = stack[stack.length - 1];
          break;
        default:
          this.simple(step, stack);
      }
    }
    return stack.slice(stack.length - type.results.length);
  }

  private callFrom(stack: RefNumber[], func: number): void {
    const { params } = this.type(this.valid.funcTypes[func]);
    const args = stack.splice(stack.length - params.length, params.length);
    stack.push(...this.call(func, args));
  }

  private simple(step: Step, stack: RefNumber[]): void {
    const pop = (): RefNumber => stack.pop() as RefNumber;
    switch (step.name) {
      case 'drop':
        pop();
        return;
      case 'select': {
        const [c, b, a] = [pop(), pop(), pop()];
        stack.push(c !== 0 ? a : b);
        return;
      }
      case 'global.get':
        stack.push(this.globals[step.index]);
        return;
      case 'global.set':
        this.globals[step.index] = pop();
        return;
      case 'i32.const':
        stack.push(step.lo | 0);
        return;
      case 'f32.const':
        stack.push(step.lo >>> 0);
        return;
      case 'i64.const':
        stack.push(BigInt.asIntN(64, (BigInt(step.hi) << 32n) | BigInt(step.lo >>> 0)));
        return;
      case 'f64.const':
        stack.push((BigInt(step.hi >>> 0) << 32n) | BigInt(step.lo >>> 0));
        return;
      case 'memory.size':
        stack.push(this.memory.length / 65536);
        return;
      case 'memory.grow': {
        const pages = this.memory.length / 65536;
        const delta = (pop() as number) >>> 0;
        if (pages + delta > this.maxPages) stack.push(-1);
        else {
          const next = new Uint8Array((pages + delta) * 65536);
          next.set(this.memory);
          this.memory = next;
          stack.push(pages);
        }
        return;
      }
      case 'memory.fill': {
        const [n, value, d] = [pop() as number, pop() as number, pop() as number];
        this.range(d, n);
        this.memory.fill(value & 255, d >>> 0, (d >>> 0) + (n >>> 0));
        return;
      }
      case 'memory.copy': {
        const [n, s, d] = [pop() as number, pop() as number, pop() as number];
        this.range(s, n);
        this.range(d, n);
        this.memory.copyWithin(d >>> 0, s >>> 0, (s >>> 0) + (n >>> 0));
        return;
      }
      default:
        if (/\.(load|store)/.test(step.name)) access(this.memory, step.name, step.lo >>> 0, stack);
        else operation(step.name, stack);
    }
  }

  private range(start: number, n: number): void {
    if ((start >>> 0) + (n >>> 0) > this.memory.length) throw new ReferenceTrap('memory-out-of-bounds');
  }
}

/** A value as bits, to compare with the engine's. */
export function bitsOf(t: ValType, value: RefNumber): bigint {
  return BigInt.asUintN(t === I32 || t === F32 ? 32 : 64, BigInt(value));
}
