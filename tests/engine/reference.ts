// A slow interpreter that is meant to be obviously right: one instruction after the other, straight from the body, on a
// stack of values. The fast engine is compared with it. It shares with the engine only the decoder, the validator and
// its canonical types. This file: control, calls, exceptions. Nothing is limited.
// Not done: vectors, threads, wide arithmetic, custom descriptors, legacy exceptions.
import { F32, type FuncType, I32, type ValType } from '../../src/syntax/types.ts';
import { type Body, type Step, bodyOf } from './reference-body.ts';
import { gc } from './reference-gc.ts';
import type { RefStore } from './reference-store.ts';
import { simple } from './reference-simple.ts';
import {
  callFunction,
  defaultOf,
  isOfType,
  RefException,
  type RefFunction,
  ReferenceTrap,
  type RefNumber,
  type RefValue,
  TailCall,
  Thrown,
} from './reference-values.ts';

interface Label {
  readonly height: number;
  readonly arity: number;
  /** Where a branch goes. */
  readonly target: number;
  readonly isLoop: boolean;
  /** The step of a try_table. */
  readonly attempt: Step | undefined;
}

type Answer = readonly RefValue[] | TailCall;

/** Calls function `func` of an instance, counted without imports. @throws ReferenceTrap, Thrown */
export function runFunction(store: RefStore, func: number, type: FuncType, args: readonly RefValue[]): Answer {
  const body = store.body(func, () => bodyOf(store.valid.module, func));
  return new Activation(store, body, args, type.results.length).run();
}

/** One call of a function, or one evaluation of a constant expression. */
export class Activation {
  private readonly store: RefStore;
  private readonly steps: readonly Step[];
  private readonly locals: RefValue[];
  private readonly stack: RefValue[] = [];
  private readonly labels: Label[];
  private readonly results: number;
  private pc = 0;
  private tail: TailCall | undefined;

  constructor(store: RefStore, { locals, steps }: Body, args: readonly RefValue[], results: number) {
    this.store = store;
    this.steps = steps;
    this.locals = [...args, ...locals.map(defaultOf)];
    this.results = results;
    this.labels = [{ height: 0, arity: results, target: steps.length, isLoop: false, attempt: undefined }];
  }

  run(): Answer {
    while (this.pc < this.steps.length) {
      const step = this.steps[this.pc++];
      try {
        this.step(step);
      } catch (error) {
        if (!(error instanceof Thrown) || !this.caught(error.exception)) throw error;
      }
      if (this.tail !== undefined) return this.tail;
    }
    return this.stack.slice(this.stack.length - this.results);
  }

  private pop(): RefValue {
    return this.stack.pop();
  }

  private popMany(count: number): RefValue[] {
    return this.stack.splice(this.stack.length - count, count);
  }

  private branch(depth: number): void {
    const label = this.labels[this.labels.length - 1 - depth];
    const values = this.popMany(label.arity);
    this.stack.length = label.height;
    this.stack.push(...values);
    this.labels.length -= depth + (label.isLoop ? 0 : 1);
    this.pc = label.target;
  }

  private enter(step: Step): void {
    const { params, results } = step.type;
    const isLoop = step.name === 'loop';
    this.labels.push({
      height: this.stack.length - params.length,
      arity: isLoop ? params.length : results.length,
      target: isLoop ? this.pc : step.end + 1,
      isLoop,
      attempt: step.name === 'try_table' ? step : undefined,
    });
  }

  /** Goes to the innermost handler for an exception, if there is one in this call. */
  private caught(exception: RefException): boolean {
    for (let i = this.labels.length - 1; i >= 0; i--) {
      const { attempt, height } = this.labels[i];
      const clause = attempt?.catches.find(({ tag }) => tag < 0 || this.store.tags[tag] === exception.tag);
      if (clause === undefined) continue;
      // Labels of clauses are counted from outside of the try_table.
      this.labels.length = i;
      this.stack.length = height;
      if (clause.tag >= 0) this.stack.push(...exception.args);
      if (clause.kind.endsWith('_ref')) this.stack.push(exception);
      this.branch(clause.label);
      return true;
    }
    return false;
  }

  private callFrom(func: RefFunction, isTail: boolean): void {
    const args = this.popMany(func.type.params.length);
    if (isTail) this.tail = new TailCall(func, args);
    else this.stack.push(...callFunction(func, args));
  }

  private callee(step: Step): RefFunction {
    const { store } = this;
    if (step.name.endsWith('call')) return store.functions[step.index];
    if (step.name.endsWith('call_ref')) {
      const func = this.pop();
      if (func === null) throw new ReferenceTrap('null-function-reference');
      return func as RefFunction;
    }
    const { elems } = store.tables[step.index2];
    const index = store.address(step.index2, 'table', this.stack);
    if (index >= BigInt(elems.length)) throw new ReferenceTrap('undefined-element');
    const func = elems[Number(index)];
    if (func === null) throw new ReferenceTrap('uninitialized-element');
    if (!isOfType(func, store.refType(step.index), store.typeSpace))
      throw new ReferenceTrap('indirect-call-type-mismatch');
    return func as RefFunction;
  }

  private step(step: Step): void {
    const { stack } = this;
    switch (step.name) {
      case 'nop':
        return;
      case 'unreachable':
        throw new ReferenceTrap('unreachable');
      case 'block':
      case 'loop':
      case 'try_table':
        this.enter(step);
        return;
      case 'if':
        this.conditional(step);
        return;
      case 'else':
        this.labels.pop();
        this.pc = step.end + 1;
        return;
      case 'end':
        this.labels.pop();
        return;
      case 'br':
        this.branch(step.index);
        return;
      case 'br_if':
        if (this.pop() !== 0) this.branch(step.index);
        return;
      case 'br_table': {
        const i = (this.pop() as number) >>> 0;
        this.branch(step.labels[Math.min(i, step.labels.length - 1)]);
        return;
      }
      case 'return':
        this.branch(this.labels.length - 1);
        return;
      case 'local.get':
        stack.push(this.locals[step.index]);
        return;
      case 'local.set':
        this.locals[step.index] = this.pop();
        return;
      case 'local.tee':
        this.locals[step.index] = stack[stack.length - 1];
        return;
      default:
        if (/call/.test(step.name)) this.callFrom(this.callee(step), step.name.startsWith('return'));
        else if (/^br_on/.test(step.name)) this.branchOnReference(step);
        else if (/^throw/.test(step.name)) this.throwFrom(step);
        else if (!gc(this.store, step, stack)) simple(this.store, step, stack);
    }
  }

  private conditional(step: Step): void {
    if (this.pop() !== 0) this.enter(step);
    else if (step.orElse === step.end) this.pc = step.end + 1;
    else {
      this.enter(step);
      this.pc = step.orElse + 1;
    }
  }

  private branchOnReference({ name, index, valType2 }: Step): void {
    const value = this.pop();
    const isNull = value === null;
    if (name === 'br_on_null') {
      if (isNull) this.branch(index);
      else this.stack.push(value);
    } else if (name === 'br_on_non_null') {
      if (isNull) return;
      this.stack.push(value);
      this.branch(index);
    } else {
      this.stack.push(value);
      const fits = isOfType(value, valType2, this.store.typeSpace);
      if (fits === (name === 'br_on_cast')) this.branch(index);
    }
  }

  private throwFrom({ name, index }: Step): never {
    if (name === 'throw_ref') {
      const exception = this.pop();
      if (exception === null) throw new ReferenceTrap('null-exception-reference');
      throw new Thrown(exception as RefException);
    }
    const tag = this.store.tags[index];
    throw new Thrown(new RefException(tag, this.popMany(tag.type.params.length)));
  }
}

/** A number as bits, to compare with the engine's. */
export function bitsOf(t: ValType, value: RefNumber): bigint {
  return BigInt.asUintN(t === I32 || t === F32 ? 32 : 64, BigInt(value));
}
